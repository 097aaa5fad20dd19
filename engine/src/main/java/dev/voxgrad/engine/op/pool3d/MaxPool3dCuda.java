package dev.voxgrad.engine.op.pool3d;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.nvrtc.CudaSource;
import dev.voxgrad.engine.device.CudaDevice;

/** Implements {@link MaxPool3dKernels} on a GPU. */
final class MaxPool3dCuda implements MaxPool3dKernels {
    private static final CudaSource SOURCE = new CudaSource(MaxPool3dCuda.class, "pool3d");

    private final CudaDevice device;

    MaxPool3dCuda(CudaDevice device) {
        this.device = device;
    }

    @Override
    public void forward(Tensor input, MaxPool3dOp pool, Tensor output) {
        int n = output.shape().elements();
        device.kernel(SOURCE, "max_pool", output)
                .in(input)
                .out(output)
                .i32(PoolSizes.of(pool, input, output))
                .i32(n)
                .over(n);
    }

    @Override
    public void backward(Tensor input, @Nullable Tensor output, MaxPool3dOp pool, Tensor gradOutput, Tensor gradInput) {
        int n = gradInput.shape().elements();
        device.kernel(SOURCE, "max_pool_backward", gradInput)
                .in(input)
                .in(gradOutput)
                .out(gradInput)
                .i32(PoolSizes.of(pool, input, gradOutput))
                .i32(n)
                .over(n);
    }
}
