package dev.voxgrad.engine.op.linear;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/** Declares the kernels of {@link LinearOp}: input (N,in), weight (out,in), output (N,out), bias (out). */
interface LinearKernels {
    /** Computes output = input · weightᵀ. */
    void forward(Tensor input, Tensor weight, Tensor output);

    /** Adds the bias to each row of the output. */
    void addBias(Tensor bias, Tensor output);

    /** Computes gradInput = gradOutput · weight. */
    void backwardInput(Tensor weight, Tensor gradOutput, Tensor gradInput);

    /** Computes gradWeight = gradOutputᵀ · input. */
    void backwardWeight(Tensor input, Tensor gradOutput, Tensor gradWeight);

    /** Computes gradBias, the sum of gradOutput's rows. */
    void backwardBias(Tensor gradOutput, Tensor gradBias);

    /** Returns the kernels for this device. */
    static LinearKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new LinearCpu(cpu);
            case CudaDevice cuda -> new LinearCuda(cuda);
            case ReferenceDevice reference -> new LinearReference();
        };
    }
}
