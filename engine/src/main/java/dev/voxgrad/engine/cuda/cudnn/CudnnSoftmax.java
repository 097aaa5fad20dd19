package dev.voxgrad.engine.cuda.cudnn;

import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnSoftmaxAlgorithm;
import jcuda.jcudnn.cudnnSoftmaxMode;
import jcuda.jcudnn.cudnnTensorDescriptor;

import dev.voxgrad.engine.cuda.driver.DeviceBuffer;

/** Computes softmax, or its logarithm, over all values of each sample of one shape with cuDNN. */
public final class CudnnSoftmax implements AutoCloseable {
    private static final int MODE = cudnnSoftmaxMode.CUDNN_SOFTMAX_MODE_INSTANCE;

    private final Cudnn cudnn;
    private final TensorShape shape;
    private final cudnnTensorDescriptor samples;

    /** Names what is computed. */
    public enum Function {
        /** Softmax; the largest value of a sample is subtracted before exp. */
        SOFTMAX(cudnnSoftmaxAlgorithm.CUDNN_SOFTMAX_ACCURATE),
        LOG_SOFTMAX(cudnnSoftmaxAlgorithm.CUDNN_SOFTMAX_LOG);

        private final int algorithm;

        Function(int algorithm) {
            this.algorithm = algorithm;
        }
    }

    CudnnSoftmax(Cudnn cudnn, TensorShape shape) {
        this.cudnn = cudnn;
        this.shape = shape;
        samples = TensorDescriptor.of(shape);
    }

    /** Computes y from x. */
    public void forward(Function function, DeviceBuffer x, DeviceBuffer y) {
        CudnnStatus.checkOptional(
                "cudnnSoftmaxForward",
                shape,
                JCudnn.cudnnSoftmaxForward(
                        cudnn.handle(),
                        function.algorithm,
                        MODE,
                        Cudnn.ONE,
                        samples,
                        x.pointer(),
                        Cudnn.ZERO,
                        samples,
                        y.pointer()));
    }

    /** Computes dx from y and dy. */
    public void backward(Function function, DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx) {
        CudnnStatus.checkOptional(
                "cudnnSoftmaxBackward",
                shape,
                JCudnn.cudnnSoftmaxBackward(
                        cudnn.handle(),
                        function.algorithm,
                        MODE,
                        Cudnn.ONE,
                        samples,
                        y.pointer(),
                        samples,
                        dy.pointer(),
                        Cudnn.ZERO,
                        samples,
                        dx.pointer()));
    }

    @Override
    public void close() {
        TensorDescriptor.destroy(samples);
    }
}
