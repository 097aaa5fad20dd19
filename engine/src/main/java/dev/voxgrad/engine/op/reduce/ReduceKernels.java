package dev.voxgrad.engine.op.reduce;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/** The kernels of {@link SumOp} and {@link MeanOp}. */
interface ReduceKernels {
    /** output (a scalar) = factor · Σ input. */
    void sum(Tensor input, double factor, Tensor output);

    /** Every element of gradInput = factor · gradOutput, a scalar. */
    void spread(Tensor gradOutput, double factor, Tensor gradInput);

    static ReduceKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new ReduceCpu(cpu);
            case CudaDevice cuda -> new ReduceCuda(cuda);
            case ReferenceDevice reference -> new ReduceReference();
        };
    }
}
