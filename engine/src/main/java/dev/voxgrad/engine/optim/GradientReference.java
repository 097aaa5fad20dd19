package dev.voxgrad.engine.optim;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceStorage;

/** Implements {@link GradientKernels} in plain loops, in double. */
final class GradientReference implements GradientKernels {
    @Override
    public double sumOfSquares(Tensor gradient) {
        double sum = 0;
        for (double g : ReferenceStorage.array(gradient)) {
            sum += g * g;
        }
        return sum;
    }

    @Override
    public void scale(Tensor gradient, double factor) {
        double[] g = ReferenceStorage.array(gradient);
        for (int i = 0; i < g.length; i++) {
            g[i] *= factor;
        }
    }

    @Override
    public void clamp(Tensor gradient, double limit) {
        double[] g = ReferenceStorage.array(gradient);
        for (int i = 0; i < g.length; i++) {
            g[i] = Math.min(Math.max(g[i], -limit), limit);
        }
    }
}
