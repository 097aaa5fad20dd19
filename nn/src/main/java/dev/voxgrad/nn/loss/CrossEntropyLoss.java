package dev.voxgrad.nn.loss;

import dev.voxgrad.engine.Tensor;

/**
 * −log softmax(logits)[label], averaged over the samples: for one label of several classes.
 *
 * @param classWeights how much the samples of each class count in the mean; null if all count the same
 */
public record CrossEntropyLoss(float[] classWeights) {
    /** The plain mean. */
    public CrossEntropyLoss() {
        this(null);
    }

    /** The mean loss, a scalar, of logits (N, classes) and N labels from 0. */
    public Tensor forward(Tensor logits, int... labels) {
        return logits.crossEntropy(classWeights, labels);
    }
}
