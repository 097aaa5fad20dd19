package dev.voxgrad.engine.optim;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/** Declares the kernel of {@link AdamUpdate}; all tensors have the same shape and layout. */
interface AdamKernels {
    /** Updates the parameter, the mean of its gradients, and the mean of their squares in place. */
    void step(Tensor parameter, Tensor gradient, Tensor mean, Tensor square, AdamUpdate update);

    /** Returns the kernel for this device. */
    static AdamKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new AdamCpu(cpu);
            case CudaDevice cuda -> new AdamCuda(cuda);
            case ReferenceDevice reference -> new AdamReference();
        };
    }
}
