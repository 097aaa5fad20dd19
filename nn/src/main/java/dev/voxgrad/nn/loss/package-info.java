/**
 * Computes losses from logits. Start with {@link dev.voxgrad.nn.loss.CrossEntropyLoss}; the operations behind the
 * losses are in {@code engine.op.crossentropy}.
 */
@NullMarked
package dev.voxgrad.nn.loss;

import org.jspecify.annotations.NullMarked;
