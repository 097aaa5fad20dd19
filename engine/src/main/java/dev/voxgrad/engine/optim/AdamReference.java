package dev.voxgrad.engine.optim;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceStorage;

/** Implements {@link AdamKernels} in a plain loop, in double. */
final class AdamReference implements AdamKernels {
    @Override
    public void step(Tensor parameter, Tensor gradient, Tensor mean, Tensor square, AdamUpdate update) {
        double[] p = ReferenceStorage.array(parameter);
        double[] g = ReferenceStorage.array(gradient);
        double[] m = ReferenceStorage.array(mean);
        double[] v = ReferenceStorage.array(square);
        for (int i = 0; i < p.length; i++) {
            double gradientOfLoss = g[i] + update.penalty() * p[i];
            p[i] *= update.shrink();
            m[i] = update.beta1() * m[i] + (1 - update.beta1()) * gradientOfLoss;
            v[i] = update.beta2() * v[i] + (1 - update.beta2()) * gradientOfLoss * gradientOfLoss;
            double deviation = Math.sqrt(v[i]) / update.rootCorrection() + update.eps();
            p[i] -= update.stepSize() * m[i] / deviation;
        }
    }
}
