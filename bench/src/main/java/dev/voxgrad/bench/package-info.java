/**
 * Contains the JMH benchmarks: operations, fused blocks, optimizers, random numbers, augmentation, batches and whole
 * steps.
 *
 * <p>{@code bench/bin/bench} runs them. Start with {@link dev.voxgrad.bench.DeviceBenchmark}, which explains the
 * scores.
 */
@NullMarked
package dev.voxgrad.bench;

import org.jspecify.annotations.NullMarked;
