/**
 * Direct convolution over few input channels, as in a net's first layer:
 * {@link dev.voxgrad.engine.op.conv3d.cpu.few.TiledFewChannelsConv3d}.
 */
@NullMarked
package dev.voxgrad.engine.op.conv3d.cpu.few;

import org.jspecify.annotations.NullMarked;
