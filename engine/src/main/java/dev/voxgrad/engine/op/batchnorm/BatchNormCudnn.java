package dev.voxgrad.engine.op.batchnorm;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.cudnn.CudnnBatchNorm;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.CudaStorage;
import dev.voxgrad.engine.device.cuda.CudaOperand;
import dev.voxgrad.engine.device.cuda.ElementType;

/**
 * Implements {@link BatchNormKernels} with cuDNN: training, and prediction with the running statistics. cuDNN has no
 * gradient for the latter, so our own kernels run forward and backward if a gradient is required there.
 */
final class BatchNormCudnn extends BatchNormCuda {
    private final CudaDevice device;

    BatchNormCudnn(CudaDevice device) {
        super(device);
        this.device = device;
    }

    @Override
    public void train(
            BatchNormOp op,
            Tensor input,
            Tensor weight,
            Tensor bias,
            Tensor runningMean,
            Tensor runningVariance,
            Tensor mean,
            Tensor scale,
            Tensor output) {
        norm(input)
                .forwardTraining(
                        CudaStorage.of(input).buffer(),
                        CudaStorage.of(weight).buffer(),
                        CudaStorage.of(bias).buffer(),
                        op.momentum(),
                        op.eps(),
                        CudaStorage.of(runningMean).buffer(),
                        CudaStorage.of(runningVariance).buffer(),
                        CudaStorage.of(mean).buffer(),
                        CudaStorage.of(scale).buffer(),
                        CudaStorage.of(output).buffer());
    }

    /** Runs cuDNN's backward, which always writes the gradient of the input. */
    @Override
    public void trainBackward(
            BatchNormOp op,
            Tensor input,
            Tensor weight,
            Tensor mean,
            Tensor scale,
            Tensor gradOutput,
            Tensor gradWeight,
            Tensor gradBias,
            @Nullable Tensor gradInput) {
        Tensor gradient = gradInput == null ? input.emptyLike() : gradInput;
        try (CudaOperand dy = CudaOperand.read(gradOutput, CudaStorage.of(input).type())) {
            norm(input)
                    .backward(
                            CudaStorage.of(input).buffer(),
                            dy.buffer(),
                            CudaStorage.of(weight).buffer(),
                            op.eps(),
                            CudaStorage.of(mean).buffer(),
                            CudaStorage.of(scale).buffer(),
                            CudaStorage.of(gradient).buffer(),
                            CudaStorage.of(gradWeight).buffer(),
                            CudaStorage.of(gradBias).buffer());
        }
        if (gradInput == null) {
            gradient.release();
        }
    }

    @Override
    public void predict(
            BatchNormOp op,
            Tensor input,
            Tensor weight,
            Tensor bias,
            Tensor runningMean,
            Tensor runningVariance,
            Tensor output) {
        norm(input)
                .forwardInference(
                        CudaStorage.of(input).buffer(),
                        CudaStorage.of(weight).buffer(),
                        CudaStorage.of(bias).buffer(),
                        op.eps(),
                        CudaStorage.of(runningMean).buffer(),
                        CudaStorage.of(runningVariance).buffer(),
                        CudaStorage.of(output).buffer());
    }

    @Override
    public void runningStatistics(double eps, Tensor runningMean, Tensor runningVariance, Tensor mean, Tensor scale) {
        device.note("batchNorm with the running statistics and a gradient: not in cuDNN, uses our own kernels");
        super.runningStatistics(eps, runningMean, runningVariance, mean, scale);
    }

    private CudnnBatchNorm norm(Tensor input) {
        ElementType type = CudaStorage.of(input).type();
        return device.cudnn().batchNorm(CudaStorage.shape(input, type));
    }
}
