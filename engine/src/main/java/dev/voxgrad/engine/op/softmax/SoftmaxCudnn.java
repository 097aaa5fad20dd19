package dev.voxgrad.engine.op.softmax;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.cudnn.CudnnSoftmax;
import dev.voxgrad.engine.cuda.cudnn.CudnnSoftmax.Function;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.CudaStorage;
import dev.voxgrad.engine.device.cuda.CudaOperand;
import dev.voxgrad.engine.device.cuda.ElementType;

/**
 * Implements {@link SoftmaxKernels} with cuDNN. Like our own kernels, it computes in float32 whatever the logits' type.
 */
final class SoftmaxCudnn implements SoftmaxKernels {
    private final CudaDevice device;

    SoftmaxCudnn(CudaDevice device) {
        this.device = device;
    }

    @Override
    public void softmax(Tensor input, Tensor output) {
        forward(Function.SOFTMAX, input, output);
    }

    @Override
    public void softmaxBackward(Tensor output, Tensor gradOutput, Tensor gradInput) {
        backward(Function.SOFTMAX, output, gradOutput, gradInput);
    }

    @Override
    public void logSoftmax(Tensor input, Tensor output) {
        forward(Function.LOG_SOFTMAX, input, output);
    }

    @Override
    public void logSoftmaxBackward(Tensor output, Tensor gradOutput, Tensor gradInput) {
        backward(Function.LOG_SOFTMAX, output, gradOutput, gradInput);
    }

    private void forward(Function function, Tensor input, Tensor output) {
        try (CudaOperand x = CudaOperand.read(input, ElementType.FLOAT32);
                CudaOperand y = CudaOperand.written(output, ElementType.FLOAT32)) {
            rows(output).forward(function, x.buffer(), y.buffer());
        }
    }

    private void backward(Function function, Tensor output, Tensor gradOutput, Tensor gradInput) {
        try (CudaOperand y = CudaOperand.read(output, ElementType.FLOAT32);
                CudaOperand dy = CudaOperand.read(gradOutput, ElementType.FLOAT32);
                CudaOperand dx = CudaOperand.written(gradInput, ElementType.FLOAT32)) {
            rows(output).backward(function, y.buffer(), dy.buffer(), dx.buffer());
        }
    }

    private CudnnSoftmax rows(Tensor tensor) {
        return device.cudnn().softmax(CudaStorage.shape(tensor, ElementType.FLOAT32));
    }
}
