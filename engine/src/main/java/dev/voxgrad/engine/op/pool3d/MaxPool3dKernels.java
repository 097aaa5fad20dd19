package dev.voxgrad.engine.op.pool3d;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/** Declares the kernels of {@link MaxPool3dOp}; all tensors are (N,C,·,·,·) in the device's activation layout. */
public interface MaxPool3dKernels {
    /** Computes the maximum of each window. */
    void forward(Tensor input, MaxPool3dOp pool, Tensor output);

    /** Computes the gradient of the input; {@code output} is null unless {@link #backwardReadsOutput}. */
    void backward(Tensor input, @Nullable Tensor output, MaxPool3dOp pool, Tensor gradOutput, Tensor gradInput);

    /** Tests whether the output has to be saved for the backward pass, in addition to the input. */
    default boolean backwardReadsOutput() {
        return false;
    }

    /** Returns the kernels for this device. */
    static MaxPool3dKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new MaxPool3dCpu(cpu);
            case CudaDevice cuda ->
                switch (cuda.kernels()) {
                    case OWN -> new MaxPool3dCuda(cuda);
                    case CUDNN -> new MaxPool3dCudnn(cuda);
                };
            case ReferenceDevice reference -> new MaxPool3dReference();
        };
    }
}
