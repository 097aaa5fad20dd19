package dev.voxgrad.nn.loss;

import dev.voxgrad.engine.Tensor;

/**
 * Computes the binary cross-entropy of sigmoid(logits), averaged over all elements: for several independent yes/no
 * labels.
 */
public record BCEWithLogitsLoss() {
    /** Returns the mean loss, a scalar, of logits (N, labels) and the same number of targets in [0, 1], row by row. */
    public Tensor forward(Tensor logits, float... targets) {
        return logits.bceWithLogits(targets);
    }
}
