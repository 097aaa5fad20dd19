package dev.voxgrad.nn;

import dev.voxgrad.engine.Tensor;

/** Computes max(x, 0), element by element. */
public record ReLU() implements Layer {
    @Override
    public Tensor forward(Tensor input) {
        return input.relu();
    }

    @Override
    public boolean keepsActivations() {
        return false;
    }

    @Override
    public String toString() {
        return "ReLU";
    }
}
