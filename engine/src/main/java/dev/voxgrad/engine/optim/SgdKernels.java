package dev.voxgrad.engine.optim;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/** Declares the kernels of {@link SgdUpdate}; all tensors have the same shape and layout. */
interface SgdKernels {
    /** Updates the parameter in place, without momentum. */
    void plain(Tensor parameter, Tensor gradient, SgdUpdate update);

    /** Updates the parameter and its velocity in place. */
    void withMomentum(Tensor parameter, Tensor gradient, Tensor velocity, SgdUpdate update);

    /** Returns the kernels for this device. */
    static SgdKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new SgdCpu(cpu);
            case CudaDevice cuda -> new SgdCuda(cuda);
            case ReferenceDevice reference -> new SgdReference();
        };
    }
}
