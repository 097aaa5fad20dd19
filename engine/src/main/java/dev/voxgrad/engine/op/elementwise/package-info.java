/**
 * Implements arithmetic element by element: sum, product, and multiplication by a constant.
 *
 * <p>Start with {@link dev.voxgrad.engine.op.elementwise.MulOp}.
 */
@NullMarked
package dev.voxgrad.engine.op.elementwise;

import org.jspecify.annotations.NullMarked;
