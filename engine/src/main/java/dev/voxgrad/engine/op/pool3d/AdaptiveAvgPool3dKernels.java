package dev.voxgrad.engine.op.pool3d;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/**
 * Declares the kernels of {@link AdaptiveAvgPool3dOp}; all tensors are (N,C,·,·,·) in the device's activation layout.
 */
interface AdaptiveAvgPool3dKernels {
    /** Computes the mean of each bin. */
    void forward(Tensor input, Tensor output);

    /** Computes the gradient of the input. */
    void backward(Tensor gradOutput, Tensor gradInput);

    /** Returns the kernels for this device. */
    static AdaptiveAvgPool3dKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new AdaptiveAvgPool3dCpu(cpu);
            case CudaDevice cuda ->
                switch (cuda.kernels()) {
                    case OWN -> new AdaptiveAvgPool3dCuda(cuda);
                    case CUDNN -> new AdaptiveAvgPool3dCudnn(cuda);
                };
            case ReferenceDevice reference -> new AdaptiveAvgPool3dReference();
        };
    }
}
