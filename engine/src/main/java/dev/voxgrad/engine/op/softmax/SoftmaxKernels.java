package dev.voxgrad.engine.op.softmax;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/** Declares the kernels of {@link SoftmaxOp} and {@link LogSoftmaxOp}; all tensors are (N,K). */
interface SoftmaxKernels {
    /** Computes the softmax of each row. */
    void softmax(Tensor input, Tensor output);

    /** Computes the gradient of the softmax's input from its output. */
    void softmaxBackward(Tensor output, Tensor gradOutput, Tensor gradInput);

    /** Computes the log-softmax of each row. */
    void logSoftmax(Tensor input, Tensor output);

    /** Computes the gradient of the log-softmax's input from its output. */
    void logSoftmaxBackward(Tensor output, Tensor gradOutput, Tensor gradInput);

    /** Returns the kernels for this device. */
    static SoftmaxKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new SoftmaxCpu();
            case CudaDevice cuda ->
                switch (cuda.kernels()) {
                    case OWN -> new SoftmaxCuda(cuda);
                    case CUDNN -> new SoftmaxCudnn(cuda);
                };
            case ReferenceDevice reference -> new SoftmaxReference();
        };
    }
}
