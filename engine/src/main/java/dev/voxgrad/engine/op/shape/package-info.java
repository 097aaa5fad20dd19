/**
 * Implements operations that rearrange tensors without arithmetic: reshape, concatenation, and sharing of memory.
 *
 * <p>Start with {@link dev.voxgrad.engine.op.shape.ReshapeOp}, which needs no kernels.
 */
@NullMarked
package dev.voxgrad.engine.op.shape;

import org.jspecify.annotations.NullMarked;
