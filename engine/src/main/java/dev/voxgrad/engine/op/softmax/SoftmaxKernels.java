package dev.voxgrad.engine.op.softmax;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/** The kernels of {@link SoftmaxOp} and {@link LogSoftmaxOp}; all tensors are (N,K). */
interface SoftmaxKernels {
    void softmax(Tensor input, Tensor output);

    void softmaxBackward(Tensor output, Tensor gradOutput, Tensor gradInput);

    void logSoftmax(Tensor input, Tensor output);

    void logSoftmaxBackward(Tensor output, Tensor gradOutput, Tensor gradInput);

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
