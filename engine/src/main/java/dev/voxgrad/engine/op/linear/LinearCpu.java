package dev.voxgrad.engine.op.linear;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.device.cpu.SmallGemm;
import dev.voxgrad.engine.device.cpu.SmallGemm.Matrix;

/** Implements {@link LinearKernels} as matrix products. */
record LinearCpu(CpuDevice device) implements LinearKernels {
    @Override
    public void forward(Tensor input, Tensor weight, Tensor output) {
        Shape y = output.shape();
        SmallGemm.multiply(
                device,
                y.dim(0),
                y.dim(1),
                input.shape().dim(1),
                matrix(input),
                matrix(weight).transposed(),
                CpuStorage.array(output));
    }

    @Override
    public void addBias(Tensor bias, Tensor output) {
        float[] b = CpuStorage.array(bias);
        float[] y = CpuStorage.array(output);
        int features = output.shape().dim(1);
        for (int row = 0; row < output.shape().elements(); row += features) {
            for (int o = 0; o < features; o++) {
                y[row + o] += b[o];
            }
        }
    }

    @Override
    public void backwardInput(Tensor weight, Tensor gradOutput, Tensor gradInput) {
        Shape dx = gradInput.shape();
        SmallGemm.multiply(
                device,
                dx.dim(0),
                dx.dim(1),
                weight.shape().dim(0),
                matrix(gradOutput),
                matrix(weight),
                CpuStorage.array(gradInput));
    }

    @Override
    public void backwardWeight(Tensor input, Tensor gradOutput, Tensor gradWeight) {
        Shape dw = gradWeight.shape();
        SmallGemm.multiply(
                device,
                dw.dim(0),
                dw.dim(1),
                input.shape().dim(0),
                matrix(gradOutput).transposed(),
                matrix(input),
                CpuStorage.array(gradWeight));
    }

    @Override
    public void backwardBias(Tensor gradOutput, Tensor gradBias) {
        float[] dy = CpuStorage.array(gradOutput);
        float[] db = CpuStorage.array(gradBias);
        int features = gradOutput.shape().dim(1);
        int elements = gradOutput.shape().elements();
        for (int o = 0; o < features; o++) {
            double sum = 0;
            for (int i = o; i < elements; i += features) {
                sum += dy[i];
            }
            db[o] = (float) sum;
        }
    }

    private static Matrix matrix(Tensor tensor) {
        return Matrix.rowMajor(CpuStorage.array(tensor), tensor.shape().dim(1));
    }
}
