/** ACS convolution on a GPU: kernels that make the weight of the equal dense convolution, which cuDNN computes. */
@NullMarked
package dev.voxgrad.engine.op.acsconv3d.cuda;

import org.jspecify.annotations.NullMarked;
