package dev.voxgrad.engine.op.shape;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/** Declares the kernel of {@link ConcatOp}. */
interface ConcatKernels {
    /**
     * Copies {@code columns} columns of a row-major matrix into another matrix with the same number of rows.
     *
     * @param fromLength the row length of {@code from}
     * @param fromColumn the first column to read
     * @param toLength the row length of {@code to}
     * @param toColumn the first column to write
     */
    void copyColumns(Tensor from, int fromLength, int fromColumn, Tensor to, int toLength, int toColumn, int columns);

    /** Returns the kernel for this device. */
    static ConcatKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new ConcatCpu();
            case CudaDevice cuda -> new ConcatCuda(cuda);
            case ReferenceDevice reference -> new ConcatReference();
        };
    }
}
