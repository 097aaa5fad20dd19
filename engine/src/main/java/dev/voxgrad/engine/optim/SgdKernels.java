package dev.voxgrad.engine.optim;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/** The kernels of {@link SgdUpdate}; all tensors have the same shape and layout. */
interface SgdKernels {
    void plain(Tensor parameter, Tensor gradient, SgdUpdate update);

    void withMomentum(Tensor parameter, Tensor gradient, Tensor velocity, SgdUpdate update);

    static SgdKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new SgdCpu(cpu);
            case CudaDevice cuda -> new SgdCuda(cuda);
            case ReferenceDevice reference -> new SgdReference();
        };
    }
}
