package dev.voxgrad.nn;

import dev.voxgrad.engine.Tensor;

/**
 * Computes x where x is positive and slope·x elsewhere, element by element.
 *
 * @param slope the slope for negative x
 */
public record LeakyReLU(double slope) implements Layer {
    /** Uses a slope of 0.01, PyTorch's default. */
    public LeakyReLU() {
        this(0.01);
    }

    @Override
    public Tensor forward(Tensor input) {
        return input.leakyRelu(slope);
    }

    @Override
    public boolean keepsActivations() {
        return false;
    }

    @Override
    public String toString() {
        return "LeakyReLU(" + slope + ")";
    }
}
