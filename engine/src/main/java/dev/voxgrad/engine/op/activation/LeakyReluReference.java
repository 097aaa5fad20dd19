package dev.voxgrad.engine.op.activation;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceStorage;

/** Implements {@link LeakyReluKernels} in plain loops, in double. */
final class LeakyReluReference implements LeakyReluKernels {
    @Override
    public void forward(Tensor input, double negativeSlope, Tensor output) {
        double[] x = ReferenceStorage.array(input);
        double[] y = ReferenceStorage.array(output);
        for (int i = 0; i < x.length; i++) {
            y[i] = x[i] > 0 ? x[i] : negativeSlope * x[i];
        }
    }

    @Override
    public void backward(Tensor input, double negativeSlope, Tensor gradOutput, Tensor gradInput) {
        double[] x = ReferenceStorage.array(input);
        double[] dy = ReferenceStorage.array(gradOutput);
        double[] dx = ReferenceStorage.array(gradInput);
        for (int i = 0; i < x.length; i++) {
            dx[i] = x[i] > 0 ? dy[i] : negativeSlope * dy[i];
        }
    }
}
