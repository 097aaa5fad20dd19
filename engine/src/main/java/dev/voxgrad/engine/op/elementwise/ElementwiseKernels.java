package dev.voxgrad.engine.op.elementwise;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/**
 * Declares the kernels of {@link AddOp}, {@link MulOp} and {@link ScaleOp}; all tensors have the same shape and layout.
 */
interface ElementwiseKernels {
    /** Computes output = a + b. */
    void add(Tensor a, Tensor b, Tensor output);

    /** Computes output = a · b. */
    void mul(Tensor a, Tensor b, Tensor output);

    /** Computes output = factor · x. */
    void scale(Tensor x, double factor, Tensor output);

    /** Returns the kernels for this device. */
    static ElementwiseKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new ElementwiseCpu(cpu);
            case CudaDevice cuda -> new ElementwiseCuda(cuda);
            case ReferenceDevice reference -> new ElementwiseReference();
        };
    }
}
