package dev.voxgrad.nn;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Tensor;

/** Computes the mean over each of d·h·w blocks of nearly equal size: (N,C,D,H,W) → (N,C,d,h,w). */
public record AdaptiveAvgPool3d(Dims3 output) implements Layer {
    /** Pools to a cube; size 1 gives the mean over the whole volume. */
    public AdaptiveAvgPool3d(int size) {
        this(Dims3.cube(size));
    }

    @Override
    public Tensor forward(Tensor input) {
        return input.adaptiveAvgPool3d(output);
    }

    @Override
    public boolean keepsActivations() {
        return false;
    }

    @Override
    public String toString() {
        return "AdaptiveAvgPool3d(" + output + ")";
    }
}
