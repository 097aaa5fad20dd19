/**
 * Optimizes parameters: update rules, learning rate schedules, gradient clipping, and averages of weights.
 *
 * <p>Start with {@link dev.voxgrad.nn.optim.Optimizer}, which keeps the state of any
 * {@link dev.voxgrad.nn.optim.UpdateRule}: {@link dev.voxgrad.nn.optim.SGD}, {@link dev.voxgrad.nn.optim.Adam} or
 * {@link dev.voxgrad.nn.optim.AdamW}. The names of the state are PyTorch's. The small constant in a denominator is
 * called {@code eps} everywhere, as in PyTorch.
 */
@NullMarked
package dev.voxgrad.nn.optim;

import org.jspecify.annotations.NullMarked;
