package dev.voxgrad.engine.op.crossentropy;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.device.cpu.LogSumExp;

/**
 * Implements {@link CrossEntropyKernels} in plain loops, in double: a batch has too few logits for vectors or threads
 * to pay off.
 */
final class CrossEntropyCpu implements CrossEntropyKernels {
    @Override
    public void forward(Tensor logits, int[] labels, float @Nullable [] classWeights, Tensor loss) {
        float @Nullable [] sampleWeights = CrossEntropyOp.sampleWeights(labels, classWeights);
        float[] x = CpuStorage.array(logits);
        int classes = logits.shape().dim(1);
        double sum = 0;
        for (int n = 0; n < labels.length; n++) {
            double sampleLoss =
                    -LogSumExp.difference(x[n * classes + labels[n]], LogSumExp.of(x, n * classes, classes));
            sum += sampleWeights == null ? sampleLoss : sampleWeights[n] * sampleLoss;
        }
        CpuStorage.array(loss)[0] = (float) (sampleWeights == null ? sum / labels.length : sum);
    }

    @Override
    public void backward(
            Tensor logits, int[] labels, float @Nullable [] classWeights, Tensor gradLoss, Tensor gradLogits) {
        float @Nullable [] sampleWeights = CrossEntropyOp.sampleWeights(labels, classWeights);
        float[] x = CpuStorage.array(logits);
        float[] dx = CpuStorage.array(gradLogits);
        double upstream = CpuStorage.array(gradLoss)[0];
        int classes = logits.shape().dim(1);
        for (int n = 0; n < labels.length; n++) {
            double gradSample = sampleWeights == null ? upstream / labels.length : upstream * sampleWeights[n];
            double logSumExp = LogSumExp.of(x, n * classes, classes);
            for (int k = 0; k < classes; k++) {
                double softmax = Math.exp(LogSumExp.difference(x[n * classes + k], logSumExp));
                double target = k == labels[n] ? 1 : 0;
                dx[n * classes + k] = (float) (gradSample * (softmax - target));
            }
        }
    }
}
