package dev.voxgrad.nn.loss;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;

/**
 * Computes −log softmax(logits)[label], averaged over the samples: for one label out of several classes.
 *
 * @param classWeights the weight of each class's samples in the mean; null if all weights are equal
 */
public record CrossEntropyLoss(float @Nullable [] classWeights) {
    /** Creates a loss that computes the plain mean. */
    public CrossEntropyLoss() {
        this(null);
    }

    /** Returns the mean loss, a scalar, of logits (N, classes) and N labels, counted from 0. */
    public Tensor forward(Tensor logits, int... labels) {
        return logits.crossEntropy(classWeights, labels);
    }
}
