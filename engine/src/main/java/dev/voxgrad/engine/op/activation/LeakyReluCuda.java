package dev.voxgrad.engine.op.activation;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.nvrtc.CudaSource;
import dev.voxgrad.engine.device.CudaDevice;

/** Implements {@link LeakyReluKernels} on a GPU. */
final class LeakyReluCuda implements LeakyReluKernels {
    private static final CudaSource SOURCE = new CudaSource(LeakyReluCuda.class, "activation");

    private final CudaDevice device;

    LeakyReluCuda(CudaDevice device) {
        this.device = device;
    }

    @Override
    public void forward(Tensor input, double negativeSlope, Tensor output) {
        int n = output.shape().elements();
        device.kernel(SOURCE, "leaky_relu_forward", output)
                .in(input)
                .f32((float) negativeSlope)
                .out(output)
                .i32(n)
                .over(n);
    }

    @Override
    public void backward(Tensor input, double negativeSlope, Tensor gradOutput, Tensor gradInput) {
        int n = gradInput.shape().elements();
        device.kernel(SOURCE, "leaky_relu_backward", gradInput)
                .in(input)
                .f32((float) negativeSlope)
                .in(gradOutput)
                .out(gradInput)
                .i32(n)
                .over(n);
    }
}
