package dev.voxgrad.engine.cuda.cudnn;

import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnBatchNormMode;
import jcuda.jcudnn.cudnnTensorDescriptor;

import dev.voxgrad.engine.cuda.driver.DeviceBuffer;

/**
 * Computes batch norm of the channels of volumes of one shape with cuDNN. Values per channel (C) are float32, whatever
 * the type of the volumes; {@code scale} is 1/√(variance + eps). The formulas are those of {@code BatchNormOp}: the
 * running variance moves towards the unbiased one, with divisor n − 1, and momentum is how far it moves.
 *
 * <p>cuDNN can fuse a ReLU into it for float16 in channels-last order only, which is not used here.
 */
public final class CudnnBatchNorm implements AutoCloseable {
    private static final int MODE = cudnnBatchNormMode.CUDNN_BATCHNORM_SPATIAL;

    private final Cudnn cudnn;
    private final TensorShape shape;
    private final cudnnTensorDescriptor volumes;
    private final cudnnTensorDescriptor channels = new cudnnTensorDescriptor();

    CudnnBatchNorm(Cudnn cudnn, TensorShape shape) {
        this.cudnn = cudnn;
        this.shape = shape;
        volumes = TensorDescriptor.of(shape);
        CudnnStatus.check("cudnnCreateTensorDescriptor", JCudnn.cudnnCreateTensorDescriptor(channels));
        check("cudnnDeriveBNTensorDescriptor", JCudnn.cudnnDeriveBNTensorDescriptor(channels, volumes, MODE));
    }

    /** Computes y by the statistics of x, which it writes to mean and scale, and updates the running statistics. */
    public void forwardTraining(
            DeviceBuffer x,
            DeviceBuffer weight,
            DeviceBuffer bias,
            double momentum,
            double eps,
            DeviceBuffer runningMean,
            DeviceBuffer runningVariance,
            DeviceBuffer mean,
            DeviceBuffer scale,
            DeviceBuffer y) {
        check(
                "cudnnBatchNormalizationForwardTraining",
                JCudnn.cudnnBatchNormalizationForwardTraining(
                        cudnn.handle(),
                        MODE,
                        Cudnn.ONE,
                        Cudnn.ZERO,
                        volumes,
                        x.pointer(),
                        volumes,
                        y.pointer(),
                        channels,
                        weight.pointer(),
                        bias.pointer(),
                        momentum,
                        runningMean.pointer(),
                        runningVariance.pointer(),
                        eps,
                        mean.pointer(),
                        scale.pointer()));
    }

    /** Computes y by the running statistics. */
    public void forwardInference(
            DeviceBuffer x,
            DeviceBuffer weight,
            DeviceBuffer bias,
            double eps,
            DeviceBuffer runningMean,
            DeviceBuffer runningVariance,
            DeviceBuffer y) {
        check(
                "cudnnBatchNormalizationForwardInference",
                JCudnn.cudnnBatchNormalizationForwardInference(
                        cudnn.handle(),
                        MODE,
                        Cudnn.ONE,
                        Cudnn.ZERO,
                        volumes,
                        x.pointer(),
                        volumes,
                        y.pointer(),
                        channels,
                        weight.pointer(),
                        bias.pointer(),
                        runningMean.pointer(),
                        runningVariance.pointer(),
                        eps));
    }

    /** Computes dx, and the gradients of weight and bias, from what {@link #forwardTraining} read and wrote. */
    public void backward(
            DeviceBuffer x,
            DeviceBuffer dy,
            DeviceBuffer weight,
            double eps,
            DeviceBuffer mean,
            DeviceBuffer scale,
            DeviceBuffer dx,
            DeviceBuffer gradWeight,
            DeviceBuffer gradBias) {
        check(
                "cudnnBatchNormalizationBackward",
                JCudnn.cudnnBatchNormalizationBackward(
                        cudnn.handle(),
                        MODE,
                        Cudnn.ONE,
                        Cudnn.ZERO,
                        Cudnn.ONE,
                        Cudnn.ZERO,
                        volumes,
                        x.pointer(),
                        volumes,
                        dy.pointer(),
                        volumes,
                        dx.pointer(),
                        channels,
                        weight.pointer(),
                        gradWeight.pointer(),
                        gradBias.pointer(),
                        eps,
                        mean.pointer(),
                        scale.pointer()));
    }

    private void check(String call, int status) {
        CudnnStatus.checkOptional(call, shape, status);
    }

    @Override
    public void close() {
        TensorDescriptor.destroy(volumes);
        TensorDescriptor.destroy(channels);
    }
}
