package dev.voxgrad.engine.op.linear;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceStorage;

/** Implements {@link LinearKernels} in plain loops, in double. */
final class LinearReference implements LinearKernels {
    @Override
    public void forward(Tensor input, Tensor weight, Tensor output) {
        double[] x = ReferenceStorage.array(input);
        double[] w = ReferenceStorage.array(weight);
        double[] y = ReferenceStorage.array(output);
        int in = input.shape().dim(1);
        int out = output.shape().dim(1);
        for (int n = 0; n < output.shape().dim(0); n++) {
            for (int o = 0; o < out; o++) {
                double sum = 0;
                for (int i = 0; i < in; i++) {
                    sum += x[n * in + i] * w[o * in + i];
                }
                y[n * out + o] = sum;
            }
        }
    }

    @Override
    public void addBias(Tensor bias, Tensor output) {
        double[] b = ReferenceStorage.array(bias);
        double[] y = ReferenceStorage.array(output);
        for (int i = 0; i < y.length; i++) {
            y[i] += b[i % b.length];
        }
    }

    @Override
    public void backwardInput(Tensor weight, Tensor gradOutput, Tensor gradInput) {
        double[] w = ReferenceStorage.array(weight);
        double[] dy = ReferenceStorage.array(gradOutput);
        double[] dx = ReferenceStorage.array(gradInput);
        int in = gradInput.shape().dim(1);
        int out = gradOutput.shape().dim(1);
        for (int n = 0; n < gradInput.shape().dim(0); n++) {
            for (int i = 0; i < in; i++) {
                double sum = 0;
                for (int o = 0; o < out; o++) {
                    sum += dy[n * out + o] * w[o * in + i];
                }
                dx[n * in + i] = sum;
            }
        }
    }

    @Override
    public void backwardWeight(Tensor input, Tensor gradOutput, Tensor gradWeight) {
        double[] x = ReferenceStorage.array(input);
        double[] dy = ReferenceStorage.array(gradOutput);
        double[] dw = ReferenceStorage.array(gradWeight);
        int in = input.shape().dim(1);
        int out = gradOutput.shape().dim(1);
        for (int o = 0; o < out; o++) {
            for (int i = 0; i < in; i++) {
                double sum = 0;
                for (int n = 0; n < input.shape().dim(0); n++) {
                    sum += dy[n * out + o] * x[n * in + i];
                }
                dw[o * in + i] = sum;
            }
        }
    }

    @Override
    public void backwardBias(Tensor gradOutput, Tensor gradBias) {
        double[] dy = ReferenceStorage.array(gradOutput);
        double[] db = ReferenceStorage.array(gradBias);
        for (int o = 0; o < db.length; o++) {
            double sum = 0;
            for (int i = o; i < dy.length; i += db.length) {
                sum += dy[i];
            }
            db[o] = sum;
        }
    }
}
