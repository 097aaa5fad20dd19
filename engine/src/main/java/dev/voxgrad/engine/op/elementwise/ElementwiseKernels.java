package dev.voxgrad.engine.op.elementwise;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/** The kernels of {@link AddOp} and its neighbours; all tensors have the same shape and layout. */
interface ElementwiseKernels {
    /** output = a + b. */
    void add(Tensor a, Tensor b, Tensor output);

    /** output = a · b. */
    void mul(Tensor a, Tensor b, Tensor output);

    /** output = factor · x. */
    void scale(Tensor x, double factor, Tensor output);

    static ElementwiseKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new ElementwiseCpu(cpu);
            case CudaDevice cuda -> new ElementwiseCuda(cuda);
            case ReferenceDevice reference -> new ElementwiseReference();
        };
    }
}
