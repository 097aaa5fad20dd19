/**
 * ACS convolution: 2D kernels in the three planes of a volume. {@link dev.voxgrad.engine.op.acsconv3d.AcsConv3dOp} has
 * the formulas and all special cases, by which the reference device computes it. The other devices compute an ordinary
 * convolution with a kernel that is zero but for one plane, which
 * {@link dev.voxgrad.engine.op.conv3d.AcsEmbedding} describes.
 */
@NullMarked
package dev.voxgrad.engine.op.acsconv3d;

import org.jspecify.annotations.NullMarked;
