package dev.voxgrad.engine.cuda;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import jcuda.Pointer;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionMode;
import jcuda.jcudnn.cudnnDataType;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnMathType;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.jcudnn.cudnnTensorFormat;

/**
 * A 3D convolution of one shape by cuDNN, in its three passes. The algorithm of a pass is chosen when the pass is first
 * run, as {@link ConvolutionSearch} says.
 */
public final class Convolution implements AutoCloseable {
    private static final Pointer ONE = Pointer.to(new float[] {1});
    private static final Pointer ZERO = Pointer.to(new float[] {0});

    private final Cudnn cudnn;
    private final ConvolutionShape shape;
    private final cudnnTensorDescriptor input;
    private final cudnnTensorDescriptor output;
    private final cudnnFilterDescriptor weight = new cudnnFilterDescriptor();
    private final cudnnConvolutionDescriptor convolution = new cudnnConvolutionDescriptor();
    private final Set<String> trusted = new HashSet<>();
    private final ConvolutionSearch search;
    private ConvolutionSearch.Algorithm forward;
    private ConvolutionSearch.Algorithm gradInput;
    private ConvolutionSearch.Algorithm gradWeight;

    Convolution(Cudnn cudnn, ConvolutionShape shape) {
        this.cudnn = cudnn;
        this.shape = shape;
        input = TensorDescriptor.of(new TensorShape(shape.input(), shape.channelsLast(), shape.bfloat16()));
        output = TensorDescriptor.of(new TensorShape(shape.output(), shape.channelsLast(), shape.bfloat16()));
        CudnnStatus.check("cudnnCreateFilterDescriptor", JCudnn.cudnnCreateFilterDescriptor(weight));
        CudnnStatus.check("cudnnSetFilterNdDescriptor", JCudnn.cudnnSetFilterNdDescriptor(weight,
                TensorDescriptor.dataType(shape.bfloat16()), shape.channelsLast() ? cudnnTensorFormat.CUDNN_TENSOR_NHWC
                        : cudnnTensorFormat.CUDNN_TENSOR_NCHW, 5, TensorDescriptor.ints(shape.weight())));
        CudnnStatus.check("cudnnCreateConvolutionDescriptor", JCudnn.cudnnCreateConvolutionDescriptor(convolution));
        CudnnStatus.check("cudnnSetConvolutionNdDescriptor", JCudnn.cudnnSetConvolutionNdDescriptor(convolution, 3,
                TensorDescriptor.ints(shape.padding()), TensorDescriptor.ints(shape.stride()),
                TensorDescriptor.ints(shape.dilation()), cudnnConvolutionMode.CUDNN_CROSS_CORRELATION,
                cudnnDataType.CUDNN_DATA_FLOAT));
        CudnnStatus.check("cudnnSetConvolutionGroupCount",
                JCudnn.cudnnSetConvolutionGroupCount(convolution, shape.groups()));
        CudnnStatus.check("cudnnSetConvolutionMathType",
                JCudnn.cudnnSetConvolutionMathType(convolution, mathType(cudnn.math())));
        search = new ConvolutionSearch(cudnn, shape, input, weight, output, convolution);
    }

    private static int mathType(Cudnn.Rounding math) {
        return switch (math) {
            case FLOAT32 -> cudnnMathType.CUDNN_FMA_MATH;
            case TF32 -> cudnnMathType.CUDNN_DEFAULT_MATH;
            case BFLOAT16 -> cudnnMathType.CUDNN_TENSOR_OP_MATH;
        };
    }

    /** y = x * w. */
    public void forward(DeviceBuffer x, DeviceBuffer w, DeviceBuffer y) {
        if (forward == null) {
            forward = search.forward(x, w, y);
        }
        run("cudnnConvolutionForward", forward, (number, scratch, bytes) ->
                JCudnn.cudnnConvolutionForward(cudnn.handle(), ONE, input, x.pointer(), weight, w.pointer(),
                        convolution, number, scratch, bytes, ZERO, output, y.pointer()));
    }

    /** dx from dy and w. */
    public void gradInput(DeviceBuffer w, DeviceBuffer dy, DeviceBuffer dx) {
        if (gradInput == null) {
            gradInput = search.gradInput(w, dy, dx);
        }
        run("cudnnConvolutionBackwardData", gradInput, (number, scratch, bytes) ->
                JCudnn.cudnnConvolutionBackwardData(cudnn.handle(), ONE, weight, w.pointer(), output, dy.pointer(),
                        convolution, number, scratch, bytes, ZERO, input, dx.pointer()));
    }

    /** dw from x and dy. */
    public void gradWeight(DeviceBuffer x, DeviceBuffer dy, DeviceBuffer dw) {
        if (gradWeight == null) {
            gradWeight = search.gradWeight(x, dy, dw);
        }
        run("cudnnConvolutionBackwardFilter", gradWeight, (number, scratch, bytes) ->
                JCudnn.cudnnConvolutionBackwardFilter(cudnn.handle(), ONE, input, x.pointer(), output, dy.pointer(),
                        convolution, number, scratch, bytes, ZERO, weight, dw.pointer()));
    }

    /** A pass by a chosen algorithm; returns cuDNN's status. */
    private interface Pass {
        int run(int algorithm, Pointer scratch, long scratchBytes);
    }

    private void run(String call, ConvolutionSearch.Algorithm algorithm, Pass pass) {
        long bytes = algorithm.workspaceBytes();
        cudnn.allocator().with(bytes, scratch -> CudnnStatus.check(
                call + " (algorithm " + algorithm.number() + ", " + shape + ")",
                pass.run(algorithm.number(), scratch.pointer(), bytes)));
    }

    /** True the first time that it is asked of a pass: then the algorithm that was chosen has not proven itself yet. */
    public boolean isNew(String pass) {
        return trusted.add(pass);
    }

    @Override
    public void close() {
        TensorDescriptor.destroy(input);
        TensorDescriptor.destroy(output);
        CudaDriver.ignore(() -> JCudnn.cudnnDestroyFilterDescriptor(weight));
        CudaDriver.ignore(() -> JCudnn.cudnnDestroyConvolutionDescriptor(convolution));
    }
}
