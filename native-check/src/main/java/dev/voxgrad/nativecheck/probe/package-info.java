/**
 * Tries CUDA in child processes, because a broken native library can crash the process that loads it.
 *
 * <p>Start with {@link dev.voxgrad.nativecheck.probe.ChildProcess}, which runs a class of this package in its own JVM
 * and collects its answers, lines of the form {@code key=value}. No other package calls native code.
 */
@NullMarked
package dev.voxgrad.nativecheck.probe;

import org.jspecify.annotations.NullMarked;
