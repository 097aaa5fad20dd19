package dev.voxgrad.engine.optim;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceStorage;

/** Implements {@link SgdKernels} in plain loops, in double. */
final class SgdReference implements SgdKernels {
    @Override
    public void plain(Tensor parameter, Tensor gradient, SgdUpdate update) {
        double[] p = ReferenceStorage.array(parameter);
        double[] g = ReferenceStorage.array(gradient);
        for (int i = 0; i < p.length; i++) {
            p[i] -= update.learningRate() * (g[i] + update.weightDecay() * p[i]);
        }
    }

    @Override
    public void withMomentum(Tensor parameter, Tensor gradient, Tensor velocity, SgdUpdate update) {
        double[] p = ReferenceStorage.array(parameter);
        double[] g = ReferenceStorage.array(gradient);
        double[] b = ReferenceStorage.array(velocity);
        for (int i = 0; i < p.length; i++) {
            double decayed = g[i] + update.weightDecay() * p[i];
            b[i] = update.momentum() * b[i] + decayed;
            double direction = update.nesterov() ? decayed + update.momentum() * b[i] : b[i];
            p[i] -= update.learningRate() * direction;
        }
    }
}
