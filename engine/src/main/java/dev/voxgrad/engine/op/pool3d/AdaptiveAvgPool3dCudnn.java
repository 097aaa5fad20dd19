package dev.voxgrad.engine.op.pool3d;

import java.util.List;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.cudnn.CudnnPooling;
import dev.voxgrad.engine.cuda.cudnn.PoolingShape;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.CudaStorage;
import dev.voxgrad.engine.device.cuda.CudaOperand;
import dev.voxgrad.engine.device.cuda.ElementType;

/**
 * Implements {@link AdaptiveAvgPool3dKernels} with cuDNN's average pool if all bins have the same size, and with our
 * own kernels otherwise. cuDNN's results have the type of its input, and ours are float32 whatever the type of the
 * volumes. Volumes in bfloat16 are therefore converted, and the conversion counts towards the time this takes.
 */
final class AdaptiveAvgPool3dCudnn extends AdaptiveAvgPool3dCuda {
    private final CudaDevice device;

    AdaptiveAvgPool3dCudnn(CudaDevice device) {
        super(device);
        this.device = device;
    }

    @Override
    public void forward(Tensor input, Tensor output) {
        if (!hasEqualBins(input, output)) {
            super.forward(input, output);
            return;
        }
        try (CudaOperand x = CudaOperand.read(input, ElementType.FLOAT32)) {
            pooling(input, output).forward(x.buffer(), CudaStorage.of(output).buffer());
        }
    }

    @Override
    public void backward(Tensor gradOutput, Tensor gradInput) {
        if (!hasEqualBins(gradInput, gradOutput)) {
            super.backward(gradOutput, gradInput);
            return;
        }
        try (CudaOperand dy = CudaOperand.read(gradOutput, ElementType.FLOAT32);
                CudaOperand dx = CudaOperand.written(gradInput, ElementType.FLOAT32)) {
            // dx and dy stand in for x and y, which the gradient does not depend on.
            pooling(gradInput, gradOutput).backward(dx.buffer(), dy.buffer(), dy.buffer(), dx.buffer());
        }
    }

    private boolean hasEqualBins(Tensor input, Tensor output) {
        Dims3 in = input.shape().spatial();
        Dims3 out = output.shape().spatial();
        boolean equal = in.d() % out.d() == 0 && in.h() % out.h() == 0 && in.w() % out.w() == 0;
        if (!equal) {
            device.note("adaptiveAvgPool3d of " + in + " to " + out
                    + ": bins of different sizes are not in cuDNN, uses our own kernels");
        }
        return equal;
    }

    private CudnnPooling pooling(Tensor input, Tensor output) {
        Dims3 in = input.shape().spatial();
        Dims3 out = output.shape().spatial();
        List<Integer> window = List.of(in.d() / out.d(), in.h() / out.h(), in.w() / out.w());
        return device.cudnn()
                .pooling(new PoolingShape(
                        PoolingShape.Kind.AVERAGE,
                        CudaStorage.shape(input, ElementType.FLOAT32),
                        CudaStorage.shape(output, ElementType.FLOAT32).sizes(),
                        window,
                        window,
                        Dims3.ZERO.toList()));
    }
}
