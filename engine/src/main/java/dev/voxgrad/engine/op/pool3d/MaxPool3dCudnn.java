package dev.voxgrad.engine.op.pool3d;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.cudnn.CudnnPooling;
import dev.voxgrad.engine.cuda.cudnn.PoolingShape;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.CudaStorage;
import dev.voxgrad.engine.device.cuda.CudaOperand;
import dev.voxgrad.engine.device.cuda.ElementType;

/**
 * Implements {@link MaxPool3dKernels} with cuDNN, in the type of the input. The result equals that of our own kernels,
 * and so does the gradient, unless several voxels of a window contain its maximum, or NaN.
 */
final class MaxPool3dCudnn implements MaxPool3dKernels {
    private final CudaDevice device;

    MaxPool3dCudnn(CudaDevice device) {
        this.device = device;
    }

    @Override
    public void forward(Tensor input, MaxPool3dOp pool, Tensor output) {
        pooling(input, output, pool)
                .forward(CudaStorage.of(input).buffer(), CudaStorage.of(output).buffer());
    }

    @Override
    public boolean backwardReadsOutput() {
        return true;
    }

    @Override
    public void backward(Tensor input, @Nullable Tensor output, MaxPool3dOp pool, Tensor gradOutput, Tensor gradInput) {
        Tensor y = Objects.requireNonNull(output);
        try (CudaOperand dy = CudaOperand.read(gradOutput, CudaStorage.of(input).type())) {
            pooling(input, y, pool)
                    .backward(
                            CudaStorage.of(input).buffer(),
                            CudaStorage.of(y).buffer(),
                            dy.buffer(),
                            CudaStorage.of(gradInput).buffer());
        }
    }

    private CudnnPooling pooling(Tensor input, Tensor output, MaxPool3dOp pool) {
        ElementType type = CudaStorage.of(input).type();
        return device.cudnn()
                .pooling(new PoolingShape(
                        PoolingShape.Kind.MAX,
                        CudaStorage.shape(input, type),
                        CudaStorage.shape(output, type).sizes(),
                        pool.kernel().toList(),
                        pool.stride().toList(),
                        pool.padding().toList()));
    }
}
