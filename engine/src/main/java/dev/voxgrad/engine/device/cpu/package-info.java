/**
 * Helps the CPU's kernels: worker threads, pooled arrays, the width of vectors, and loops that several operations
 * share. Start reading with {@link dev.voxgrad.engine.device.cpu.Lanes} and {@link
 * dev.voxgrad.engine.device.cpu.Ranges}.
 */
@NullMarked
package dev.voxgrad.engine.device.cpu;

import org.jspecify.annotations.NullMarked;
