/**
 * Convolution with 1×1×1 kernels, which is one product of matrices over channels-last voxels. Start with
 * {@link dev.voxgrad.engine.op.conv3d.cpu.pointwise.TiledPointwiseConv3d}.
 */
@NullMarked
package dev.voxgrad.engine.op.conv3d.cpu.pointwise;

import org.jspecify.annotations.NullMarked;
