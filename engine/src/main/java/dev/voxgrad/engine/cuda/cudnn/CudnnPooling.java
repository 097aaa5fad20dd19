package dev.voxgrad.engine.cuda.cudnn;

import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnNanPropagation;
import jcuda.jcudnn.cudnnPoolingDescriptor;
import jcuda.jcudnn.cudnnPoolingMode;
import jcuda.jcudnn.cudnnTensorDescriptor;

import dev.voxgrad.engine.cuda.driver.DeviceBuffer;

/**
 * Computes a pool of one shape with cuDNN's deterministic algorithm. cuDNN does not specify which of several equal
 * maxima, or of several NaNs, receives the gradient.
 */
public final class CudnnPooling implements AutoCloseable {
    private final Cudnn cudnn;
    private final PoolingShape shape;
    private final cudnnTensorDescriptor input;
    private final cudnnTensorDescriptor output;
    private final cudnnPoolingDescriptor pooling = new cudnnPoolingDescriptor();

    CudnnPooling(Cudnn cudnn, PoolingShape shape) {
        this.cudnn = cudnn;
        this.shape = shape;
        input = TensorDescriptor.of(shape.input());
        output = TensorDescriptor.of(new TensorShape(
                shape.output(), shape.input().channelsLast(), shape.input().bfloat16()));
        CudnnStatus.check("cudnnCreatePoolingDescriptor", JCudnn.cudnnCreatePoolingDescriptor(pooling));
        int mode = switch (shape.kind()) {
            case MAX -> cudnnPoolingMode.CUDNN_POOLING_MAX_DETERMINISTIC;
            case AVERAGE -> cudnnPoolingMode.CUDNN_POOLING_AVERAGE_COUNT_INCLUDE_PADDING;
        };
        check(
                "cudnnSetPoolingNdDescriptor",
                JCudnn.cudnnSetPoolingNdDescriptor(
                        pooling,
                        mode,
                        cudnnNanPropagation.CUDNN_PROPAGATE_NAN,
                        3,
                        TensorDescriptor.ints(shape.window()),
                        TensorDescriptor.ints(shape.padding()),
                        TensorDescriptor.ints(shape.stride())));
    }

    /** Computes y from x. */
    public void forward(DeviceBuffer x, DeviceBuffer y) {
        check(
                "cudnnPoolingForward",
                JCudnn.cudnnPoolingForward(
                        cudnn.handle(), pooling, Cudnn.ONE, input, x.pointer(), Cudnn.ZERO, output, y.pointer()));
    }

    /** Computes dx from dy, and for a max pool from x and y; for an average pool, any memory of their sizes will do. */
    public void backward(DeviceBuffer x, DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx) {
        check(
                "cudnnPoolingBackward",
                JCudnn.cudnnPoolingBackward(
                        cudnn.handle(),
                        pooling,
                        Cudnn.ONE,
                        output,
                        y.pointer(),
                        output,
                        dy.pointer(),
                        input,
                        x.pointer(),
                        Cudnn.ZERO,
                        input,
                        dx.pointer()));
    }

    private void check(String call, int status) {
        CudnnStatus.checkOptional(call, shape, status);
    }

    @Override
    public void close() {
        TensorDescriptor.destroy(input);
        TensorDescriptor.destroy(output);
        JCudnn.cudnnDestroyPoolingDescriptor(pooling);
    }
}
