/**
 * Converts tensors between layouts in memory.
 *
 * <p>Start with {@link dev.voxgrad.engine.op.layout.LayoutOp}.
 */
@NullMarked
package dev.voxgrad.engine.op.layout;

import org.jspecify.annotations.NullMarked;
