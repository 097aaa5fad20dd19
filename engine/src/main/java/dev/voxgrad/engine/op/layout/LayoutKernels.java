package dev.voxgrad.engine.op.layout;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/** Declares the kernel of {@link LayoutOp}. */
interface LayoutKernels {
    /** Transposes each of {@code matrices} matrices of {@code rows} × {@code columns} values. */
    void transpose(int matrices, int rows, int columns, Tensor input, Tensor output);

    /** Returns the kernel for this device. */
    static LayoutKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new LayoutCpu(cpu);
            case CudaDevice cuda -> new LayoutCuda(cuda);
            case ReferenceDevice reference -> new LayoutReference();
        };
    }
}
