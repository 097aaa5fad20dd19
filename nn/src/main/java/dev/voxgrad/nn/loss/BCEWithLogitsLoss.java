package dev.voxgrad.nn.loss;

import dev.voxgrad.engine.Tensor;

/** Binary cross-entropy of sigmoid(logits), averaged over all elements: for several labels that are each yes or no. */
public record BCEWithLogitsLoss() {
    /** The mean loss, a scalar, of logits (N, labels) and as many targets in [0, 1], row by row. */
    public Tensor forward(Tensor logits, float... targets) {
        return logits.bceWithLogits(targets);
    }
}
