package dev.voxgrad.engine.op.batchnorm;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceStorage;

/** Implements {@link BatchNormKernels} in plain loops, in double; a tensor is (samples, channels, voxels). */
final class BatchNormReference implements BatchNormKernels {
    @Override
    public void batchStatistics(
            Tensor input,
            double momentum,
            double eps,
            Tensor runningMean,
            Tensor runningVariance,
            Tensor mean,
            Tensor scale) {
        double[] x = ReferenceStorage.array(input);
        double[] movedMean = ReferenceStorage.array(runningMean);
        double[] movedVariance = ReferenceStorage.array(runningVariance);
        int channels = input.shape().dim(1);
        int voxels = input.shape().elementsFrom(2);
        double n = BatchNormOp.valuesPerChannel(input.shape());
        for (int c = 0; c < channels; c++) {
            double sum = 0;
            for (int i = 0; i < x.length; i++) {
                if (i / voxels % channels == c) {
                    sum += x[i];
                }
            }
            double mu = sum / n;
            double squares = 0;
            for (int i = 0; i < x.length; i++) {
                if (i / voxels % channels == c) {
                    squares += (x[i] - mu) * (x[i] - mu);
                }
            }
            ReferenceStorage.array(mean)[c] = mu;
            ReferenceStorage.array(scale)[c] = 1 / Math.sqrt(squares / n + eps);
            movedMean[c] = (1 - momentum) * movedMean[c] + momentum * mu;
            movedVariance[c] = (1 - momentum) * movedVariance[c] + momentum * squares / (n - 1);
        }
    }

    @Override
    public void runningStatistics(double eps, Tensor runningMean, Tensor runningVariance, Tensor mean, Tensor scale) {
        for (int c = 0; c < mean.shape().elements(); c++) {
            ReferenceStorage.array(mean)[c] = ReferenceStorage.array(runningMean)[c];
            ReferenceStorage.array(scale)[c] = 1 / Math.sqrt(ReferenceStorage.array(runningVariance)[c] + eps);
        }
    }

    @Override
    public void normalise(Tensor input, Tensor mean, Tensor scale, Tensor weight, Tensor bias, Tensor output) {
        double[] x = ReferenceStorage.array(input);
        double[] mu = ReferenceStorage.array(mean);
        double[] s = ReferenceStorage.array(scale);
        double[] gamma = ReferenceStorage.array(weight);
        double[] beta = ReferenceStorage.array(bias);
        double[] y = ReferenceStorage.array(output);
        for (int i = 0; i < x.length; i++) {
            int c = channel(i, input.shape());
            y[i] = gamma[c] * (x[i] - mu[c]) * s[c] + beta[c];
        }
    }

    @Override
    public void backwardParameters(
            Tensor input, Tensor mean, Tensor scale, Tensor gradOutput, Tensor gradWeight, Tensor gradBias) {
        double[] x = ReferenceStorage.array(input);
        double[] mu = ReferenceStorage.array(mean);
        double[] s = ReferenceStorage.array(scale);
        double[] dy = ReferenceStorage.array(gradOutput);
        double[] dGamma = ReferenceStorage.array(gradWeight);
        double[] dBeta = ReferenceStorage.array(gradBias);
        gradWeight.device().fill(gradWeight.storage(), 0);
        gradBias.device().fill(gradBias.storage(), 0);
        for (int i = 0; i < x.length; i++) {
            int c = channel(i, input.shape());
            dGamma[c] += dy[i] * (x[i] - mu[c]) * s[c];
            dBeta[c] += dy[i];
        }
    }

    @Override
    public void backwardTraining(
            Tensor input,
            Tensor mean,
            Tensor scale,
            Tensor weight,
            Tensor gradOutput,
            Tensor gradWeight,
            Tensor gradBias,
            Tensor gradInput) {
        double[] x = ReferenceStorage.array(input);
        double[] mu = ReferenceStorage.array(mean);
        double[] s = ReferenceStorage.array(scale);
        double[] gamma = ReferenceStorage.array(weight);
        double[] dy = ReferenceStorage.array(gradOutput);
        double[] dGamma = ReferenceStorage.array(gradWeight);
        double[] dBeta = ReferenceStorage.array(gradBias);
        double[] dx = ReferenceStorage.array(gradInput);
        double n = BatchNormOp.valuesPerChannel(input.shape());
        for (int i = 0; i < x.length; i++) {
            int c = channel(i, input.shape());
            double normalised = (x[i] - mu[c]) * s[c];
            dx[i] = gamma[c] * s[c] * (dy[i] - dBeta[c] / n - normalised * dGamma[c] / n);
        }
    }

    @Override
    public void backwardRunning(Tensor scale, Tensor weight, Tensor gradOutput, Tensor gradInput) {
        double[] s = ReferenceStorage.array(scale);
        double[] gamma = ReferenceStorage.array(weight);
        double[] dy = ReferenceStorage.array(gradOutput);
        double[] dx = ReferenceStorage.array(gradInput);
        for (int i = 0; i < dy.length; i++) {
            int c = channel(i, gradOutput.shape());
            dx[i] = gamma[c] * s[c] * dy[i];
        }
    }

    /** Returns the channel of element {@code i}. */
    private static int channel(int i, Shape shape) {
        return i / shape.elementsFrom(2) % shape.dim(1);
    }
}
