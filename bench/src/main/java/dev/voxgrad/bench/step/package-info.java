/**
 * Runs the same training step in different engines.
 *
 * <p>Start with {@link dev.voxgrad.bench.step.StepEngine}. The engines other than Voxgrad are in {@code src/peers} and
 * are only compiled with the Maven profile {@code peers}.
 */
@NullMarked
package dev.voxgrad.bench.step;

import org.jspecify.annotations.NullMarked;
