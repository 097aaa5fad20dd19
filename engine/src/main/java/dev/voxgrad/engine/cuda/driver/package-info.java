/**
 * Wraps the CUDA driver API: GPUs, streams, events, memory, kernels and graphs. Start reading with
 * {@link dev.voxgrad.engine.cuda.driver.CudaDriver} and {@link dev.voxgrad.engine.cuda.driver.CudaStream}.
 */
@NullMarked
package dev.voxgrad.engine.cuda.driver;

import org.jspecify.annotations.NullMarked;
