package dev.voxgrad.engine.op.elementwise;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceStorage;

/** Implements {@link ElementwiseKernels} in plain loops, in double. */
final class ElementwiseReference implements ElementwiseKernels {
    @Override
    public void add(Tensor a, Tensor b, Tensor output) {
        double[] left = ReferenceStorage.array(a);
        double[] right = ReferenceStorage.array(b);
        double[] y = ReferenceStorage.array(output);
        for (int i = 0; i < y.length; i++) {
            y[i] = left[i] + right[i];
        }
    }

    @Override
    public void mul(Tensor a, Tensor b, Tensor output) {
        double[] left = ReferenceStorage.array(a);
        double[] right = ReferenceStorage.array(b);
        double[] y = ReferenceStorage.array(output);
        for (int i = 0; i < y.length; i++) {
            y[i] = left[i] * right[i];
        }
    }

    @Override
    public void scale(Tensor x, double factor, Tensor output) {
        double[] from = ReferenceStorage.array(x);
        double[] y = ReferenceStorage.array(output);
        for (int i = 0; i < y.length; i++) {
            y[i] = factor * from[i];
        }
    }
}
