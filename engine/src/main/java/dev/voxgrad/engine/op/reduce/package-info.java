/**
 * Implements reductions of all elements to a scalar.
 *
 * <p>Start with {@link dev.voxgrad.engine.op.reduce.SumOp}.
 */
@NullMarked
package dev.voxgrad.engine.op.reduce;

import org.jspecify.annotations.NullMarked;
