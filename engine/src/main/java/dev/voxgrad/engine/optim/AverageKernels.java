package dev.voxgrad.engine.optim;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/** Declares the kernel of {@link AverageUpdate}; both tensors have the same shape and layout. */
interface AverageKernels {
    /** Updates the average in place. */
    void step(Tensor average, Tensor value, double decay);

    /** Returns the kernel for this device. */
    static AverageKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new AverageCpu(cpu);
            case CudaDevice cuda -> new AverageCuda(cuda);
            case ReferenceDevice reference -> new AverageReference();
        };
    }
}
