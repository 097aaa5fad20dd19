/**
 * Helps a GPU's kernels: {@link dev.voxgrad.engine.device.cuda.CudaLaunch} launches one,
 * {@link dev.voxgrad.engine.device.cuda.CudaTransfers} copies values between host and GPU, and
 * {@link dev.voxgrad.engine.device.cuda.CapturedStep} captures a whole training step as a CUDA graph.
 */
@NullMarked
package dev.voxgrad.engine.device.cuda;

import org.jspecify.annotations.NullMarked;
