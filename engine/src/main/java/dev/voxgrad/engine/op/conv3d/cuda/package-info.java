/**
 * Convolution on a GPU, by cuDNN: {@link dev.voxgrad.engine.op.conv3d.cuda.Conv3dCuda}. Results in reduced precision
 * are checked once for each shape by {@link dev.voxgrad.engine.op.conv3d.cuda.Conv3dSelfCheck}.
 */
@NullMarked
package dev.voxgrad.engine.op.conv3d.cuda;

import org.jspecify.annotations.NullMarked;
