package dev.voxgrad.engine.op.reduce;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/** Declares the kernels of {@link SumOp} and {@link MeanOp}. */
interface ReduceKernels {
    /** Computes output = factor · Σ input, a scalar. */
    void sum(Tensor input, double factor, Tensor output);

    /** Sets every element of gradInput to factor · gradOutput, where gradOutput is a scalar. */
    void spread(Tensor gradOutput, double factor, Tensor gradInput);

    /** Returns the kernels for this device. */
    static ReduceKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new ReduceCpu(cpu);
            case CudaDevice cuda -> new ReduceCuda(cuda);
            case ReferenceDevice reference -> new ReduceReference();
        };
    }
}
