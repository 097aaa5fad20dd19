package dev.voxgrad.engine.op.activation;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/** The kernels of {@link ReluOp}; all tensors have the same shape and layout. */
public interface ReluKernels {
    void forward(Tensor input, Tensor output);

    void backward(Tensor output, Tensor gradOutput, Tensor gradInput);

    static ReluKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new ReluCpu(cpu);
            case CudaDevice cuda -> new ReluCuda(cuda);
            case ReferenceDevice reference -> new ReluReference();
        };
    }
}
