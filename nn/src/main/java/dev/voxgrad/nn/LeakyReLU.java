package dev.voxgrad.nn;

import dev.voxgrad.engine.Tensor;

/**
 * x where x is positive, slope·x elsewhere.
 *
 * @param slope of the negative side
 */
public record LeakyReLU(double slope) implements Layer {
    /** With a slope of 0.01, as PyTorch's default. */
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
