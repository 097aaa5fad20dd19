package dev.voxgrad.engine.optim;

import dev.voxgrad.engine.Tensor;

/** What gradient clipping needs of a device; the updates are in place. */
public final class GradientMath {
    private GradientMath() {}

    /** Σ g², summed in double precision. */
    public static double sumOfSquares(Tensor gradient) {
        return GradientKernels.on(gradient.device()).sumOfSquares(gradient);
    }

    /** g = factor·g. */
    public static void scale(Tensor gradient, double factor) {
        GradientKernels.on(gradient.device()).scale(gradient, factor);
    }

    /** g = min(max(g, −limit), limit); NaN stays NaN. */
    public static void clamp(Tensor gradient, double limit) {
        GradientKernels.on(gradient.device()).clamp(gradient, limit);
    }
}
