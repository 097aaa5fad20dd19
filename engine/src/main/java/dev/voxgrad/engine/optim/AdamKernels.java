package dev.voxgrad.engine.optim;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/** The kernel of {@link AdamUpdate}; all tensors have the same shape and layout. */
interface AdamKernels {
    void step(Tensor parameter, Tensor gradient, Tensor mean, Tensor square, AdamUpdate update);

    static AdamKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new AdamCpu(cpu);
            case CudaDevice cuda -> new AdamCuda(cuda);
            case ReferenceDevice reference -> new AdamReference();
        };
    }
}
