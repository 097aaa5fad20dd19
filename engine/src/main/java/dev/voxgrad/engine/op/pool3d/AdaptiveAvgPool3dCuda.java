package dev.voxgrad.engine.op.pool3d;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.nvrtc.CudaSource;
import dev.voxgrad.engine.device.CudaDevice;

/** Implements {@link AdaptiveAvgPool3dKernels} on a GPU; the means are float32 whatever the type of the volumes. */
class AdaptiveAvgPool3dCuda implements AdaptiveAvgPool3dKernels {
    private static final CudaSource SOURCE = new CudaSource(AdaptiveAvgPool3dCuda.class, "pool3d");

    private final CudaDevice device;

    AdaptiveAvgPool3dCuda(CudaDevice device) {
        this.device = device;
    }

    @Override
    public void forward(Tensor input, Tensor output) {
        int n = output.shape().elements();
        device.kernel(SOURCE, "adaptive_avg_pool", input)
                .in(input)
                .outFloats(output)
                .i32(PoolSizes.ofBins(input, output))
                .i32(n)
                .over(n);
    }

    @Override
    public void backward(Tensor gradOutput, Tensor gradInput) {
        int n = gradInput.shape().elements();
        device.kernel(SOURCE, "adaptive_avg_pool_backward", gradInput)
                .floats(gradOutput)
                .out(gradInput)
                .i32(PoolSizes.ofBins(gradInput, gradOutput))
                .i32(n)
                .over(n);
    }
}
