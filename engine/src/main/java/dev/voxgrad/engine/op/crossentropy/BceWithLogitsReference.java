package dev.voxgrad.engine.op.crossentropy;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceStorage;

/** Implements {@link BceWithLogitsKernels} in plain loops, in double. */
final class BceWithLogitsReference implements BceWithLogitsKernels {
    @Override
    public void forward(Tensor logits, float[] targets, Tensor loss) {
        double[] x = ReferenceStorage.array(logits);
        double sum = 0;
        for (int i = 0; i < targets.length; i++) {
            sum += BceWithLogitsOp.loss(x[i], targets[i]);
        }
        ReferenceStorage.array(loss)[0] = sum / targets.length;
    }

    @Override
    public void backward(Tensor logits, float[] targets, Tensor gradLoss, Tensor gradLogits) {
        double[] x = ReferenceStorage.array(logits);
        double[] dx = ReferenceStorage.array(gradLogits);
        double upstream = ReferenceStorage.array(gradLoss)[0];
        for (int i = 0; i < targets.length; i++) {
            double sigmoid = 1 / (1 + Math.exp(-x[i]));
            dx[i] = upstream / targets.length * (sigmoid - targets[i]);
        }
    }
}
