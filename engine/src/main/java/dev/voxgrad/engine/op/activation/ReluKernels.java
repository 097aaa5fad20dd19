package dev.voxgrad.engine.op.activation;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/** Declares the kernels of {@link ReluOp}; all tensors have the same shape and layout. */
public interface ReluKernels {
    /** Computes output = max(input, 0). */
    void forward(Tensor input, Tensor output);

    /** Computes gradInput = 0 where output ≤ 0, else gradOutput. */
    void backward(Tensor output, Tensor gradOutput, Tensor gradInput);

    /** Returns the kernels for this device. */
    static ReluKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new ReluCpu(cpu);
            case CudaDevice cuda -> new ReluCuda(cuda);
            case ReferenceDevice reference -> new ReluReference();
        };
    }
}
