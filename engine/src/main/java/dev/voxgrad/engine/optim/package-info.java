/**
 * Updates parameters in place: the fused steps of optimizers, averages of weights, and gradient clipping.
 *
 * <p>Start with {@link dev.voxgrad.engine.optim.SgdUpdate}, which states its formula; {@link
 * dev.voxgrad.engine.optim.TensorUpdate} runs an update on many parameters, on a GPU in one launch. The optimizers
 * that keep state are in {@code nn.optim}.
 */
@NullMarked
package dev.voxgrad.engine.optim;

import org.jspecify.annotations.NullMarked;
