package dev.voxgrad.engine.op.activation;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/** The kernels of {@link LeakyReluOp}; all tensors have the same shape and layout. */
interface LeakyReluKernels {
    void forward(Tensor input, double negativeSlope, Tensor output);

    void backward(Tensor input, double negativeSlope, Tensor gradOutput, Tensor gradInput);

    static LeakyReluKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new LeakyReluCpu(cpu);
            case CudaDevice cuda -> new LeakyReluCuda(cuda);
            case ReferenceDevice reference -> new LeakyReluReference();
        };
    }
}
