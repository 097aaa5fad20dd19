package dev.voxgrad.engine.op.softmax;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.device.cpu.LogSumExp;

/**
 * Implements {@link SoftmaxKernels} in plain loops, in double: a batch has too few logits for vectors or threads to pay
 * off.
 */
final class SoftmaxCpu implements SoftmaxKernels {
    @Override
    public void softmax(Tensor input, Tensor output) {
        float[] x = CpuStorage.array(input);
        float[] y = CpuStorage.array(output);
        int classes = input.shape().dim(1);
        int elements = input.shape().elements();
        for (int row = 0; row < elements; row += classes) {
            double logSumExp = LogSumExp.of(x, row, classes);
            for (int i = row; i < row + classes; i++) {
                y[i] = (float) Math.exp(LogSumExp.difference(x[i], logSumExp));
            }
        }
    }

    @Override
    public void softmaxBackward(Tensor output, Tensor gradOutput, Tensor gradInput) {
        float[] y = CpuStorage.array(output);
        float[] dy = CpuStorage.array(gradOutput);
        float[] dx = CpuStorage.array(gradInput);
        int classes = output.shape().dim(1);
        int elements = output.shape().elements();
        for (int row = 0; row < elements; row += classes) {
            double products = 0;
            for (int i = row; i < row + classes; i++) {
                products += (double) dy[i] * y[i];
            }
            for (int i = row; i < row + classes; i++) {
                dx[i] = (float) (y[i] * (dy[i] - products));
            }
        }
    }

    @Override
    public void logSoftmax(Tensor input, Tensor output) {
        float[] x = CpuStorage.array(input);
        float[] y = CpuStorage.array(output);
        int classes = input.shape().dim(1);
        int elements = input.shape().elements();
        for (int row = 0; row < elements; row += classes) {
            double logSumExp = LogSumExp.of(x, row, classes);
            for (int i = row; i < row + classes; i++) {
                y[i] = (float) LogSumExp.difference(x[i], logSumExp);
            }
        }
    }

    @Override
    public void logSoftmaxBackward(Tensor output, Tensor gradOutput, Tensor gradInput) {
        float[] y = CpuStorage.array(output);
        float[] dy = CpuStorage.array(gradOutput);
        float[] dx = CpuStorage.array(gradInput);
        int classes = output.shape().dim(1);
        int elements = output.shape().elements();
        for (int row = 0; row < elements; row += classes) {
            double sum = 0;
            for (int i = row; i < row + classes; i++) {
                sum += dy[i];
            }
            for (int i = row; i < row + classes; i++) {
                dx[i] = (float) (dy[i] - Math.exp(y[i]) * sum);
            }
        }
    }
}
