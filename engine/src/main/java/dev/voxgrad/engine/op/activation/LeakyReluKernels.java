package dev.voxgrad.engine.op.activation;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/** Declares the kernels of {@link LeakyReluOp}; all tensors have the same shape and layout. */
interface LeakyReluKernels {
    /** Computes output = input where input &gt; 0, else negativeSlope·input. */
    void forward(Tensor input, double negativeSlope, Tensor output);

    /** Computes gradInput = gradOutput where input &gt; 0, else negativeSlope·gradOutput. */
    void backward(Tensor input, double negativeSlope, Tensor gradOutput, Tensor gradInput);

    /** Returns the kernels for this device. */
    static LeakyReluKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new LeakyReluCpu(cpu);
            case CudaDevice cuda -> new LeakyReluCuda(cuda);
            case ReferenceDevice reference -> new LeakyReluReference();
        };
    }
}
