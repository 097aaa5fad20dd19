/**
 * Measures training steps and inference on an NVIDIA GPU and compares them with the best rates that the GPU reaches.
 *
 * <p>The command is {@code bench/bin/gpu}; start with {@link dev.voxgrad.bench.gpu.GpuReport}.
 */
@NullMarked
package dev.voxgrad.bench.gpu;

import org.jspecify.annotations.NullMarked;
