/**
 * Finds out what a machine offers for training, what is wrong with its CUDA installation, and how to fix it.
 *
 * <p>Start with {@link dev.voxgrad.nativecheck.Machine}: the classes of this package examine the machine and pass what
 * they see to the checks. The packages below depend on each other in one direction: {@code machine} (what the operating
 * system reports) ← {@code library} (CUDA's files) ← {@code probe} (child processes that try CUDA) ← {@code check}
 * (judgements), which become the findings of a {@code report}.
 */
@NullMarked
package dev.voxgrad.nativecheck;

import org.jspecify.annotations.NullMarked;
