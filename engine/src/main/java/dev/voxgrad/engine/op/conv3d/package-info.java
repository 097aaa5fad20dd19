/**
 * 3D convolution. {@link dev.voxgrad.engine.op.conv3d.Conv3dOp} has the formulas; it hands the work to
 * {@link dev.voxgrad.engine.op.conv3d.Conv3dKernels}. The ways to compute the same sums form a ladder:
 *
 * <pre>
 * definition    Conv3dReference                    plain loops in double, on the reference device
 * direct        cpu.direct.DirectConvolution       the same sums in vectors, blocks of them in registers
 * few channels  cpu.few.TiledFewChannelsConv3d     all products of a voxel in one go: a net's first layer
 * pointwise     cpu.pointwise.TiledPointwiseConv3d one product of matrices: 1×1×1 kernels
 * Winograd      cpu.winograd.Winograd              64 products instead of 216: 3×3×3 kernels, 16 or more channels
 * planar        cpu.planar.Planar                  36 instead of 144: 3×3 kernels in a plane, and the three of ACS;
 *                                                  216 instead of 1728: 3×3×3 kernels, for many tiles
 * fused         op.convblock.ConvBlockOp           one of these, with batch norm, ReLU, pool or shortcut on the way
 * cuDNN         cuda.Conv3dCuda                    on a GPU
 * </pre>
 *
 * <p>On the CPU, {@link dev.voxgrad.engine.op.conv3d.Conv3dAlgorithm} chooses one of them by the sizes and the user's
 * {@link dev.voxgrad.engine.device.ConvolutionMode}. Whether a net's convolution runs fused is a separate question,
 * which {@code nn.Chain} and {@code nn.Residual} answer: by default it does wherever batch norm and ReLU follow it, and
 * in residual blocks, and then {@code Conv3dOp.forward} is not called. {@code --no-fusion} switches that off.
 */
@NullMarked
package dev.voxgrad.engine.op.conv3d;

import org.jspecify.annotations.NullMarked;
