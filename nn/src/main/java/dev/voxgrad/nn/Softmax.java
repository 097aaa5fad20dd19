package dev.voxgrad.nn;

import dev.voxgrad.engine.Tensor;

/** Computes probabilities from logits: exp(x)/Σ exp(x) over the classes of each row of (N, classes). */
public record Softmax() implements Layer {
    @Override
    public Tensor forward(Tensor input) {
        return input.softmax();
    }

    @Override
    public boolean keepsActivations() {
        return false;
    }

    @Override
    public String toString() {
        return "Softmax";
    }
}
