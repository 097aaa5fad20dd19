package dev.voxgrad.nn;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Tensor;

/** Computes the maximum of each window of a (N,C,D,H,W) volume. */
public record MaxPool3d(Dims3 kernel, Dims3 stride, Dims3 padding) implements Layer {
    /** Pools cubes next to one another, without padding. */
    public MaxPool3d(int kernel) {
        this(Dims3.cube(kernel), Dims3.cube(kernel), Dims3.ZERO);
    }

    @Override
    public Tensor forward(Tensor input) {
        return input.maxPool3d(kernel, stride, padding);
    }

    @Override
    public boolean keepsActivations() {
        return false;
    }

    @Override
    public String toString() {
        return "MaxPool3d(" + kernel + ", stride " + stride + ", padding " + padding + ")";
    }
}
