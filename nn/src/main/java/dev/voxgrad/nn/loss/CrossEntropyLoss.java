package dev.voxgrad.nn.loss;

import dev.voxgrad.engine.Tensor;

/** −log softmax(logits)[label], averaged over the samples: for one label of several classes. */
public record CrossEntropyLoss() {
    /** The mean loss, a scalar, of logits (N, classes) and N labels from 0. */
    public Tensor forward(Tensor logits, int... labels) {
        return logits.crossEntropy(labels);
    }
}
