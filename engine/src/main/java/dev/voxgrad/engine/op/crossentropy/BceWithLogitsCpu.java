package dev.voxgrad.engine.op.crossentropy;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuStorage;

/**
 * Implements {@link BceWithLogitsKernels} in plain loops, in double: a batch has too few logits for vectors or threads
 * to pay off.
 */
final class BceWithLogitsCpu implements BceWithLogitsKernels {
    @Override
    public void forward(Tensor logits, float[] targets, Tensor loss) {
        float[] x = CpuStorage.array(logits);
        double sum = 0;
        for (int i = 0; i < targets.length; i++) {
            sum += BceWithLogitsOp.loss(x[i], targets[i]);
        }
        CpuStorage.array(loss)[0] = (float) (sum / targets.length);
    }

    @Override
    public void backward(Tensor logits, float[] targets, Tensor gradLoss, Tensor gradLogits) {
        float[] x = CpuStorage.array(logits);
        float[] dx = CpuStorage.array(gradLogits);
        double upstream = CpuStorage.array(gradLoss)[0];
        for (int i = 0; i < targets.length; i++) {
            double sigmoid = 1 / (1 + Math.exp(-x[i]));
            dx[i] = (float) (upstream / targets.length * (sigmoid - targets[i]));
        }
    }
}
