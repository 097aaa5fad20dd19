package dev.voxgrad.engine.op.reduce;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceStorage;

/** Implements {@link ReduceKernels} in plain loops, in double. */
final class ReduceReference implements ReduceKernels {
    @Override
    public void sum(Tensor input, double factor, Tensor output) {
        double sum = 0;
        for (double value : ReferenceStorage.array(input)) {
            sum += value;
        }
        ReferenceStorage.array(output)[0] = factor * sum;
    }

    @Override
    public void spread(Tensor gradOutput, double factor, Tensor gradInput) {
        double[] dx = ReferenceStorage.array(gradInput);
        for (int i = 0; i < dx.length; i++) {
            dx[i] = factor * ReferenceStorage.array(gradOutput)[0];
        }
    }
}
