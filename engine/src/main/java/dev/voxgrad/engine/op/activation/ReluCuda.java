package dev.voxgrad.engine.op.activation;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.nvrtc.CudaSource;
import dev.voxgrad.engine.device.CudaDevice;

/** Implements {@link ReluKernels} on a GPU. */
final class ReluCuda implements ReluKernels {
    private static final CudaSource SOURCE = new CudaSource(ReluCuda.class, "activation");

    private final CudaDevice device;

    ReluCuda(CudaDevice device) {
        this.device = device;
    }

    @Override
    public void forward(Tensor input, Tensor output) {
        int n = output.shape().elements();
        device.kernel(SOURCE, "relu_forward", output)
                .in(input)
                .out(output)
                .i32(n)
                .over(n);
    }

    @Override
    public void backward(Tensor output, Tensor gradOutput, Tensor gradInput) {
        int n = gradInput.shape().elements();
        device.kernel(SOURCE, "relu_backward", gradInput)
                .in(output)
                .in(gradOutput)
                .out(gradInput)
                .i32(n)
                .over(n);
    }
}
