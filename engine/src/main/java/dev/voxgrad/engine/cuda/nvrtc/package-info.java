/**
 * Compiles CUDA C++ at run time: a {@link dev.voxgrad.engine.cuda.nvrtc.CudaSource} is compiled for the GPU at hand
 * when its first kernel is launched, and {@link dev.voxgrad.engine.cuda.nvrtc.KernelLibrary} keeps the result.
 */
@NullMarked
package dev.voxgrad.engine.cuda.nvrtc;

import org.jspecify.annotations.NullMarked;
