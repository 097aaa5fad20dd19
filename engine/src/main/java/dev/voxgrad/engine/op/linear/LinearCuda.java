package dev.voxgrad.engine.op.linear;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.cublas.MatrixProduct;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.cuda.nvrtc.CudaSource;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.CudaStorage;
import dev.voxgrad.engine.device.cuda.ElementType;

/**
 * Implements {@link LinearKernels} on a GPU: cuBLAS multiplies the matrices in float32, or in TF32 if that is allowed.
 */
final class LinearCuda implements LinearKernels {
    private static final CudaSource SOURCE = new CudaSource(LinearCuda.class, "linear");

    private final CudaDevice device;

    LinearCuda(CudaDevice device) {
        this.device = device;
    }

    @Override
    public void forward(Tensor input, Tensor weight, Tensor output) {
        multiply(
                output.shape().dim(0), output.shape().dim(1), input.shape().dim(1), input, false, weight, true, output);
    }

    @Override
    public void addBias(Tensor bias, Tensor output) {
        int n = output.shape().elements();
        device.kernel(SOURCE, "add_row_bias")
                .in(bias)
                .out(output)
                .i32(bias.shape().dim(0))
                .i32(n)
                .over(n);
    }

    @Override
    public void backwardInput(Tensor weight, Tensor gradOutput, Tensor gradInput) {
        multiply(
                gradInput.shape().dim(0),
                gradInput.shape().dim(1),
                weight.shape().dim(0),
                gradOutput,
                false,
                weight,
                false,
                gradInput);
    }

    @Override
    public void backwardWeight(Tensor input, Tensor gradOutput, Tensor gradWeight) {
        multiply(
                gradWeight.shape().dim(0),
                gradWeight.shape().dim(1),
                input.shape().dim(0),
                gradOutput,
                true,
                input,
                false,
                gradWeight);
    }

    @Override
    public void backwardBias(Tensor gradOutput, Tensor gradBias) {
        int features = gradBias.shape().dim(0);
        device.kernel(SOURCE, "row_bias_gradient")
                .in(gradOutput)
                .out(gradBias)
                .i32(gradOutput.shape().dim(0))
                .i32(features)
                .over(features);
    }

    private void multiply(
            int rows, int columns, int inner, Tensor a, boolean transposeA, Tensor b, boolean transposeB, Tensor c) {
        device.cublas()
                .multiply(new MatrixProduct(
                        rows, columns, inner, floats(a), transposeA, floats(b), transposeB, floats(c)));
    }

    private static DeviceBuffer floats(Tensor tensor) {
        CudaStorage storage = CudaStorage.of(tensor);
        if (storage.type() != ElementType.FLOAT32) {
            throw new IllegalStateException("linear: matrix of type " + storage.type() + ", expected float32");
        }
        return storage.buffer();
    }
}
