package dev.voxgrad.engine.optim;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceStorage;

/** Implements {@link AverageKernels} in a plain loop, in double. */
final class AverageReference implements AverageKernels {
    @Override
    public void step(Tensor average, Tensor value, double decay) {
        double[] a = ReferenceStorage.array(average);
        double[] p = ReferenceStorage.array(value);
        for (int i = 0; i < a.length; i++) {
            a[i] = decay * a[i] + (1 - decay) * p[i];
        }
    }
}
