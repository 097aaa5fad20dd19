/**
 * Implements softmax and its logarithm, row by row.
 *
 * <p>Start with {@link dev.voxgrad.engine.op.softmax.SoftmaxOp}.
 */
@NullMarked
package dev.voxgrad.engine.op.softmax;

import org.jspecify.annotations.NullMarked;
