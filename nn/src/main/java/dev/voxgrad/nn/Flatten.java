package dev.voxgrad.nn;

import dev.voxgrad.engine.Tensor;

/** Joins all dimensions except the first into one: (N,C,D,H,W) → (N, C·D·H·W). */
public record Flatten() implements Layer {
    @Override
    public Tensor forward(Tensor input) {
        return input.flatten(1);
    }

    @Override
    public boolean keepsActivations() {
        return false;
    }

    @Override
    public String toString() {
        return "Flatten";
    }
}
