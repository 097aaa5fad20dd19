/**
 * Implements the fully connected layer as matrix products.
 *
 * <p>Start with {@link dev.voxgrad.engine.op.linear.LinearOp}.
 */
@NullMarked
package dev.voxgrad.engine.op.linear;

import org.jspecify.annotations.NullMarked;
