package dev.voxgrad.engine.op.pool3d;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/** The kernels of {@link MaxPool3dOp}; all tensors are (N,C,·,·,·) in the device's activation layout. */
public interface MaxPool3dKernels {
    void forward(Tensor input, MaxPool3dOp pool, Tensor output);

    /** The gradient of the input; {@code output} is null unless {@link #backwardReadsOutput}. */
    void backward(Tensor input, Tensor output, MaxPool3dOp pool, Tensor gradOutput, Tensor gradInput);

    /** Whether the output has to be saved for backward, beside the input. */
    default boolean backwardReadsOutput() {
        return false;
    }

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
