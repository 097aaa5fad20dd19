package dev.voxgrad.engine.op.batchnorm;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/**
 * Declares the kernels of {@link BatchNormOp}. Inputs, outputs and their gradients are (N,C) or (N,C,D,H,W) in
 * the device's activation layout; everything else is (C). {@code scale} is 1/√(variance + eps).
 */
public interface BatchNormKernels {
    /**
     * Runs the forward pass of training: normalises with the statistics of this batch, which the backward pass needs.
     */
    default void train(
            BatchNormOp op,
            Tensor input,
            Tensor weight,
            Tensor bias,
            Tensor runningMean,
            Tensor runningVariance,
            Tensor mean,
            Tensor scale,
            Tensor output) {
        batchStatistics(input, op.momentum(), op.eps(), runningMean, runningVariance, mean, scale);
        normalise(input, mean, scale, weight, bias, output);
    }

    /** Runs the backward pass of training; {@code gradInput} is null if it is not required. */
    default void trainBackward(
            BatchNormOp op,
            Tensor input,
            Tensor weight,
            Tensor mean,
            Tensor scale,
            Tensor gradOutput,
            Tensor gradWeight,
            Tensor gradBias,
            @Nullable Tensor gradInput) {
        backwardParameters(input, mean, scale, gradOutput, gradWeight, gradBias);
        if (gradInput != null) {
            backwardTraining(input, mean, scale, weight, gradOutput, gradWeight, gradBias, gradInput);
        }
    }

    /** Normalises with the running statistics, if no backward pass follows. */
    default void predict(
            BatchNormOp op,
            Tensor input,
            Tensor weight,
            Tensor bias,
            Tensor runningMean,
            Tensor runningVariance,
            Tensor output) {
        Tensor mean = runningMean.emptyLike();
        Tensor scale = runningMean.emptyLike();
        runningStatistics(op.eps(), runningMean, runningVariance, mean, scale);
        normalise(input, mean, scale, weight, bias, output);
        mean.release();
        scale.release();
    }

    /** Computes mean and scale of this batch, and moves the running statistics towards them. */
    void batchStatistics(
            Tensor input,
            double momentum,
            double eps,
            Tensor runningMean,
            Tensor runningVariance,
            Tensor mean,
            Tensor scale);

    /** Computes mean and scale from the running statistics. */
    void runningStatistics(double eps, Tensor runningMean, Tensor runningVariance, Tensor mean, Tensor scale);

    /** Computes output = weight·(input − mean)·scale + bias. */
    void normalise(Tensor input, Tensor mean, Tensor scale, Tensor weight, Tensor bias, Tensor output);

    /** Computes the gradients of the parameters, Σ dy·x̂ and Σ dy. */
    void backwardParameters(
            Tensor input, Tensor mean, Tensor scale, Tensor gradOutput, Tensor gradWeight, Tensor gradBias);

    /** Computes the gradient of the input if mean and scale were computed from the input itself. */
    void backwardTraining(
            Tensor input,
            Tensor mean,
            Tensor scale,
            Tensor weight,
            Tensor gradOutput,
            Tensor gradWeight,
            Tensor gradBias,
            Tensor gradInput);

    /** Computes the gradient of the input if mean and scale are constants. */
    void backwardRunning(Tensor scale, Tensor weight, Tensor gradOutput, Tensor gradInput);

    /** Returns the kernels for this device. */
    static BatchNormKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new BatchNormCpu(cpu);
            case CudaDevice cuda ->
                switch (cuda.kernels()) {
                    case OWN -> new BatchNormCuda(cuda);
                    case CUDNN -> new BatchNormCudnn(cuda);
                };
            case ReferenceDevice reference -> new BatchNormReference();
        };
    }
}
