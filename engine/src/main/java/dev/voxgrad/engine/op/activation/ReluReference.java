package dev.voxgrad.engine.op.activation;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceStorage;

/** Implements {@link ReluKernels} in plain loops, in double. */
final class ReluReference implements ReluKernels {
    @Override
    public void forward(Tensor input, Tensor output) {
        double[] x = ReferenceStorage.array(input);
        double[] y = ReferenceStorage.array(output);
        for (int i = 0; i < x.length; i++) {
            y[i] = Math.max(x[i], 0);
        }
    }

    @Override
    public void backward(Tensor output, Tensor gradOutput, Tensor gradInput) {
        double[] y = ReferenceStorage.array(output);
        double[] dy = ReferenceStorage.array(gradOutput);
        double[] dx = ReferenceStorage.array(gradInput);
        for (int i = 0; i < y.length; i++) {
            dx[i] = y[i] <= 0 ? 0 : dy[i];
        }
    }
}
