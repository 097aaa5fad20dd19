/**
 * Traces what a device computes, for profiles: which layer ran which operation, for how long, on which threads, and how
 * much {@linkplain dev.voxgrad.engine.trace.Work work} that was. Start with {@link dev.voxgrad.engine.trace.Trace}.
 *
 * <p>This package knows names and shapes, but neither tensors nor devices; operations are traced where they are
 * applied, by {@code autograd.OpTrace}.
 */
@NullMarked
package dev.voxgrad.engine.trace;

import org.jspecify.annotations.NullMarked;
