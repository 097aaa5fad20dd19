package dev.voxgrad.engine.op.softmax;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceStorage;
import dev.voxgrad.engine.device.cpu.LogSumExp;

/** Implements {@link SoftmaxKernels} in plain loops, in double. */
final class SoftmaxReference implements SoftmaxKernels {
    @Override
    public void softmax(Tensor input, Tensor output) {
        double[] x = ReferenceStorage.array(input);
        double[] y = ReferenceStorage.array(output);
        int classes = input.shape().dim(1);
        for (int row = 0; row < x.length; row += classes) {
            double logSumExp = LogSumExp.of(x, row, classes);
            for (int i = row; i < row + classes; i++) {
                y[i] = Math.exp(LogSumExp.difference(x[i], logSumExp));
            }
        }
    }

    @Override
    public void softmaxBackward(Tensor output, Tensor gradOutput, Tensor gradInput) {
        double[] y = ReferenceStorage.array(output);
        double[] dy = ReferenceStorage.array(gradOutput);
        double[] dx = ReferenceStorage.array(gradInput);
        int classes = output.shape().dim(1);
        for (int row = 0; row < y.length; row += classes) {
            double products = 0;
            for (int i = row; i < row + classes; i++) {
                products += dy[i] * y[i];
            }
            for (int i = row; i < row + classes; i++) {
                dx[i] = y[i] * (dy[i] - products);
            }
        }
    }

    @Override
    public void logSoftmax(Tensor input, Tensor output) {
        double[] x = ReferenceStorage.array(input);
        double[] y = ReferenceStorage.array(output);
        int classes = input.shape().dim(1);
        for (int row = 0; row < x.length; row += classes) {
            double logSumExp = LogSumExp.of(x, row, classes);
            for (int i = row; i < row + classes; i++) {
                y[i] = LogSumExp.difference(x[i], logSumExp);
            }
        }
    }

    @Override
    public void logSoftmaxBackward(Tensor output, Tensor gradOutput, Tensor gradInput) {
        double[] y = ReferenceStorage.array(output);
        double[] dy = ReferenceStorage.array(gradOutput);
        double[] dx = ReferenceStorage.array(gradInput);
        int classes = output.shape().dim(1);
        for (int row = 0; row < y.length; row += classes) {
            double sum = 0;
            for (int i = row; i < row + classes; i++) {
                sum += dy[i];
            }
            for (int i = row; i < row + classes; i++) {
                dx[i] = dy[i] - Math.exp(y[i]) * sum;
            }
        }
    }
}
