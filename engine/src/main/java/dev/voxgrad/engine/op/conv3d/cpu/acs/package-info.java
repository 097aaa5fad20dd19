/**
 * ACS convolution on the CPU, as the dense convolution that it is equal to:
 * {@link dev.voxgrad.engine.op.conv3d.cpu.acs.TiledAcsConv3d}.
 */
@NullMarked
package dev.voxgrad.engine.op.conv3d.cpu.acs;

import org.jspecify.annotations.NullMarked;
