package dev.voxgrad.engine.cuda.cudnn;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

import jcuda.Pointer;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionMode;
import jcuda.jcudnn.cudnnDataType;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnMathType;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.jcudnn.cudnnTensorFormat;

import dev.voxgrad.engine.cuda.driver.DeviceBuffer;

/**
 * Computes a 3D convolution of one shape with cuDNN, in its three passes. The algorithm of a pass is chosen when the
 * pass first runs: the first one that {@link ConvolutionSearch} finds and that cuDNN can in fact run for this shape.
 */
public final class Convolution implements AutoCloseable {
    private final Cudnn cudnn;
    private final ConvolutionShape shape;
    private final cudnnTensorDescriptor input;
    private final cudnnTensorDescriptor output;
    private final cudnnFilterDescriptor weight = new cudnnFilterDescriptor();
    private final cudnnConvolutionDescriptor convolution = new cudnnConvolutionDescriptor();
    private final ConvolutionSearch search;
    private final Map<ConvolutionPass, Choice> choices = new EnumMap<>(ConvolutionPass.class);

    /** Holds the remaining algorithms, best first; once the first one has run, it is the choice. */
    private static final class Choice {
        private final Deque<ConvolutionSearch.Algorithm> left;
        private boolean settled;
        private boolean trusted;

        Choice(List<ConvolutionSearch.Algorithm> algorithms) {
            left = new ArrayDeque<>(algorithms);
        }
    }

    Convolution(Cudnn cudnn, ConvolutionShape shape) {
        this.cudnn = cudnn;
        this.shape = shape;
        input = TensorDescriptor.of(new TensorShape(shape.input(), shape.channelsLast(), shape.bfloat16()));
        output = TensorDescriptor.of(new TensorShape(shape.output(), shape.channelsLast(), shape.bfloat16()));
        CudnnStatus.check("cudnnCreateFilterDescriptor", JCudnn.cudnnCreateFilterDescriptor(weight));
        CudnnStatus.check(
                "cudnnSetFilterNdDescriptor",
                JCudnn.cudnnSetFilterNdDescriptor(
                        weight,
                        TensorDescriptor.dataType(shape.bfloat16()),
                        shape.channelsLast()
                                ? cudnnTensorFormat.CUDNN_TENSOR_NHWC
                                : cudnnTensorFormat.CUDNN_TENSOR_NCHW,
                        5,
                        TensorDescriptor.ints(shape.weight())));
        CudnnStatus.check("cudnnCreateConvolutionDescriptor", JCudnn.cudnnCreateConvolutionDescriptor(convolution));
        CudnnStatus.check(
                "cudnnSetConvolutionNdDescriptor",
                JCudnn.cudnnSetConvolutionNdDescriptor(
                        convolution,
                        3,
                        TensorDescriptor.ints(shape.padding()),
                        TensorDescriptor.ints(shape.stride()),
                        TensorDescriptor.ints(shape.dilation()),
                        cudnnConvolutionMode.CUDNN_CROSS_CORRELATION,
                        cudnnDataType.CUDNN_DATA_FLOAT));
        CudnnStatus.check(
                "cudnnSetConvolutionGroupCount", JCudnn.cudnnSetConvolutionGroupCount(convolution, shape.groups()));
        CudnnStatus.check(
                "cudnnSetConvolutionMathType", JCudnn.cudnnSetConvolutionMathType(convolution, mathType(cudnn.math())));
        search = new ConvolutionSearch(cudnn, shape, input, weight, output, convolution);
    }

    private static int mathType(Cudnn.Rounding math) {
        return switch (math) {
            case FLOAT32 -> cudnnMathType.CUDNN_FMA_MATH;
            case TF32 -> cudnnMathType.CUDNN_DEFAULT_MATH;
            case BFLOAT16 -> cudnnMathType.CUDNN_TENSOR_OP_MATH;
        };
    }

    /**
     * Computes y = x * w.
     *
     * @throws UnsupportedConvolutionException if cuDNN has no algorithm for it
     */
    public void forward(DeviceBuffer x, DeviceBuffer w, DeviceBuffer y) {
        run(
                ConvolutionPass.FORWARD,
                () -> search.forward(x, w, y),
                (number, scratch, bytes) -> JCudnn.cudnnConvolutionForward(
                        cudnn.handle(),
                        Cudnn.ONE,
                        input,
                        x.pointer(),
                        weight,
                        w.pointer(),
                        convolution,
                        number,
                        scratch,
                        bytes,
                        Cudnn.ZERO,
                        output,
                        y.pointer()));
    }

    /**
     * Computes dx from dy and w.
     *
     * @throws UnsupportedConvolutionException if cuDNN has no algorithm for it
     */
    public void gradInput(DeviceBuffer w, DeviceBuffer dy, DeviceBuffer dx) {
        run(
                ConvolutionPass.GRAD_INPUT,
                () -> search.gradInput(w, dy, dx),
                (number, scratch, bytes) -> JCudnn.cudnnConvolutionBackwardData(
                        cudnn.handle(),
                        Cudnn.ONE,
                        weight,
                        w.pointer(),
                        output,
                        dy.pointer(),
                        convolution,
                        number,
                        scratch,
                        bytes,
                        Cudnn.ZERO,
                        input,
                        dx.pointer()));
    }

    /**
     * Computes dw from x and dy.
     *
     * @throws UnsupportedConvolutionException if cuDNN has no algorithm for it
     */
    public void gradWeight(DeviceBuffer x, DeviceBuffer dy, DeviceBuffer dw) {
        run(
                ConvolutionPass.GRAD_WEIGHT,
                () -> search.gradWeight(x, dy, dw),
                (number, scratch, bytes) -> JCudnn.cudnnConvolutionBackwardFilter(
                        cudnn.handle(),
                        Cudnn.ONE,
                        input,
                        x.pointer(),
                        output,
                        dy.pointer(),
                        convolution,
                        number,
                        scratch,
                        bytes,
                        Cudnn.ZERO,
                        weight,
                        dw.pointer()));
    }

    /** Runs a pass with an algorithm; returns cuDNN's status. */
    private interface Call {
        int run(int algorithm, Pointer scratch, long scratchBytes);
    }

    private void run(ConvolutionPass pass, Supplier<List<ConvolutionSearch.Algorithm>> ranking, Call call) {
        Choice choice = choices.computeIfAbsent(pass, _ -> new Choice(ranking.get()));
        while (!choice.left.isEmpty()) {
            ConvolutionSearch.Algorithm algorithm = choice.left.getFirst();
            long bytes = algorithm.workspaceBytes();
            int status =
                    cudnn.allocator().with(bytes, scratch -> call.run(algorithm.number(), scratch.pointer(), bytes));
            if (choice.settled || !CudnnStatus.isUnsupported(status)) {
                CudnnStatus.check("the " + pass + " of " + shape + " by cuDNN's " + algorithm, status);
                if (!choice.settled) {
                    choice.settled = true;
                    cudnn.log("conv3d " + pass + " of " + shape.input() + ", weight " + shape.weight() + ": cuDNN's "
                            + algorithm);
                }
                return;
            }
            choice.left.removeFirst(); // cuDNN listed it nevertheless; try the next one
        }
        throw new UnsupportedConvolutionException("cuDNN " + Cudnn.inWords(Cudnn.version()) + " has no "
                + (cudnn.fastest() ? "" : "deterministic ") + "algorithm for the " + pass + " of " + shape
                + (cudnn.fastest() ? "" : "; try --fast-algorithms"));
    }

    /** Returns whether a pass was tried and cuDNN has no algorithm for it. */
    public boolean lacks(ConvolutionPass pass) {
        Choice choice = choices.get(pass);
        return choice != null && choice.left.isEmpty();
    }

    /** Returns true at the first call for a pass that has run: its algorithm has not been verified yet. */
    public boolean isNew(ConvolutionPass pass) {
        Choice choice = Objects.requireNonNull(choices.get(pass));
        boolean isNew = !choice.trusted;
        choice.trusted = true;
        return isNew;
    }

    @Override
    public void close() {
        TensorDescriptor.destroy(input);
        TensorDescriptor.destroy(output);
        JCudnn.cudnnDestroyFilterDescriptor(weight);
        JCudnn.cudnnDestroyConvolutionDescriptor(convolution);
    }
}
