package dev.voxgrad.engine.cuda;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import jcuda.Pointer;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnConvolutionBwdDataAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionBwdFilterAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionFwdAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionMode;
import jcuda.jcudnn.cudnnDataType;
import jcuda.jcudnn.cudnnDeterminism;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnMathType;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.jcudnn.cudnnTensorFormat;

/**
 * A 3D convolution of one shape by cuDNN, in its three passes. The algorithm of a pass is chosen when the pass is first
 * run: the first of cuDNN's ranking that gives the same bits every time, or, where speed alone counts, the one that
 * was measured fastest.
 */
public final class Convolution implements AutoCloseable {
    private static final Pointer ONE = Pointer.to(new float[] {1});
    private static final Pointer ZERO = Pointer.to(new float[] {0});
    /** More than any pass has. */
    private static final int CANDIDATES = 16;

    private final Cudnn cudnn;
    private final ConvolutionShape shape;
    private final cudnnTensorDescriptor input;
    private final cudnnTensorDescriptor output;
    private final cudnnFilterDescriptor weight = new cudnnFilterDescriptor();
    private final cudnnConvolutionDescriptor convolution = new cudnnConvolutionDescriptor();
    private final Set<String> trusted = new HashSet<>();
    private Algorithm forward;
    private Algorithm gradInput;
    private Algorithm gradWeight;

    /** A choice: cuDNN's number for it, and the scratch memory it needs. */
    private record Algorithm(int number, long workspaceBytes) {}

    /** One line of cuDNN's ranking, whose three Java classes have nothing in common but their fields. */
    private record Candidate(int number, int status, float milliseconds, long memory, int determinism) {}

    Convolution(Cudnn cudnn, ConvolutionShape shape) {
        this.cudnn = cudnn;
        this.shape = shape;
        input = tensor(shape.input());
        output = tensor(shape.output());
        CudnnStatus.check("cudnnCreateFilterDescriptor", JCudnn.cudnnCreateFilterDescriptor(weight));
        CudnnStatus.check("cudnnSetFilterNdDescriptor", JCudnn.cudnnSetFilterNdDescriptor(weight, dataType(),
                shape.channelsLast() ? cudnnTensorFormat.CUDNN_TENSOR_NHWC : cudnnTensorFormat.CUDNN_TENSOR_NCHW, 5,
                ints(shape.weight())));
        CudnnStatus.check("cudnnCreateConvolutionDescriptor", JCudnn.cudnnCreateConvolutionDescriptor(convolution));
        CudnnStatus.check("cudnnSetConvolutionNdDescriptor", JCudnn.cudnnSetConvolutionNdDescriptor(convolution, 3,
                ints(shape.padding()), ints(shape.stride()), ints(shape.dilation()),
                cudnnConvolutionMode.CUDNN_CROSS_CORRELATION, cudnnDataType.CUDNN_DATA_FLOAT));
        CudnnStatus.check("cudnnSetConvolutionGroupCount",
                JCudnn.cudnnSetConvolutionGroupCount(convolution, shape.groups()));
        CudnnStatus.check("cudnnSetConvolutionMathType",
                JCudnn.cudnnSetConvolutionMathType(convolution, mathType(cudnn.math())));
    }

    private static int mathType(Cudnn.Rounding math) {
        return switch (math) {
            case FLOAT32 -> cudnnMathType.CUDNN_FMA_MATH;
            case TF32 -> cudnnMathType.CUDNN_DEFAULT_MATH;
            case BFLOAT16 -> cudnnMathType.CUDNN_TENSOR_OP_MATH;
        };
    }

    private int dataType() {
        return shape.bfloat16() ? cudnnDataType.CUDNN_DATA_BFLOAT16 : cudnnDataType.CUDNN_DATA_FLOAT;
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }

    private cudnnTensorDescriptor tensor(List<Integer> sizes) {
        int[] strides = new int[5];
        int[] fastestFirst = shape.channelsLast() ? new int[] {1, 4, 3, 2, 0} : new int[] {4, 3, 2, 1, 0};
        int stride = 1;
        for (int dimension : fastestFirst) {
            strides[dimension] = stride;
            stride *= sizes.get(dimension);
        }
        cudnnTensorDescriptor descriptor = new cudnnTensorDescriptor();
        CudnnStatus.check("cudnnCreateTensorDescriptor", JCudnn.cudnnCreateTensorDescriptor(descriptor));
        CudnnStatus.check("cudnnSetTensorNdDescriptor",
                JCudnn.cudnnSetTensorNdDescriptor(descriptor, dataType(), 5, ints(sizes), strides));
        return descriptor;
    }

    /** y = x * w. */
    public void forward(DeviceBuffer x, DeviceBuffer w, DeviceBuffer y) {
        if (forward == null) {
            forward = chooseForward(x, w, y);
        }
        withWorkspace(forward, scratch -> CudnnStatus.check("cudnnConvolutionForward" + at(forward),
                JCudnn.cudnnConvolutionForward(cudnn.handle(), ONE, input, x.pointer(), weight, w.pointer(),
                        convolution, forward.number, pointer(scratch), forward.workspaceBytes, ZERO, output,
                        y.pointer())));
    }

    /** dx from dy and w. */
    public void gradInput(DeviceBuffer w, DeviceBuffer dy, DeviceBuffer dx) {
        if (gradInput == null) {
            gradInput = chooseGradInput(w, dy, dx);
        }
        withWorkspace(gradInput, scratch -> CudnnStatus.check("cudnnConvolutionBackwardData" + at(gradInput),
                JCudnn.cudnnConvolutionBackwardData(cudnn.handle(), ONE, weight, w.pointer(), output, dy.pointer(),
                        convolution, gradInput.number, pointer(scratch), gradInput.workspaceBytes, ZERO, input,
                        dx.pointer())));
    }

    /** dw from x and dy. */
    public void gradWeight(DeviceBuffer x, DeviceBuffer dy, DeviceBuffer dw) {
        if (gradWeight == null) {
            gradWeight = chooseGradWeight(x, dy, dw);
        }
        withWorkspace(gradWeight, scratch -> CudnnStatus.check("cudnnConvolutionBackwardFilter" + at(gradWeight),
                JCudnn.cudnnConvolutionBackwardFilter(cudnn.handle(), ONE, input, x.pointer(), output, dy.pointer(),
                        convolution, gradWeight.number, pointer(scratch), gradWeight.workspaceBytes, ZERO, weight,
                        dw.pointer())));
    }

    /** True the first time that it is asked of a pass: then the algorithm that was chosen has not proven itself yet. */
    public boolean isNew(String pass) {
        return trusted.add(pass);
    }

    private String at(Algorithm algorithm) {
        return " (algorithm " + algorithm.number + ", " + shape + ")";
    }

    /** What runs with scratch memory, which is there for as long as it runs. */
    private interface WithScratch {
        void run(DeviceBuffer scratch);
    }

    private void withWorkspace(Algorithm algorithm, WithScratch call) {
        DeviceBuffer scratch = cudnn.allocator().take(algorithm.workspaceBytes);
        try {
            call.run(scratch);
        } finally {
            cudnn.allocator().give(scratch);
        }
    }

    private static Pointer pointer(DeviceBuffer scratch) {
        return scratch.pointer();
    }

    private Algorithm chooseForward(DeviceBuffer x, DeviceBuffer w, DeviceBuffer y) {
        cudnnConvolutionFwdAlgoPerf[] found = new cudnnConvolutionFwdAlgoPerf[CANDIDATES];
        Arrays.setAll(found, _ -> new cudnnConvolutionFwdAlgoPerf());
        int[] count = new int[1];
        if (cudnn.fastest()) {
            long bytes = searchBytes();
            withWorkspace(new Algorithm(0, bytes), scratch -> CudnnStatus.check(
                    "cudnnFindConvolutionForwardAlgorithmEx", JCudnn.cudnnFindConvolutionForwardAlgorithmEx(
                            cudnn.handle(), input, x.pointer(), weight, w.pointer(), convolution, output, y.pointer(),
                            CANDIDATES, count, found, pointer(scratch), bytes)));
        } else {
            CudnnStatus.check("cudnnGetConvolutionForwardAlgorithm_v7",
                    JCudnn.cudnnGetConvolutionForwardAlgorithm_v7(cudnn.handle(), input, weight, convolution, output,
                            CANDIDATES, count, found));
        }
        return choose("forward", Arrays.stream(found, 0, count[0])
                .map(f -> new Candidate(f.algo, f.status, f.time, f.memory, f.determinism)).toList());
    }

    private Algorithm chooseGradInput(DeviceBuffer w, DeviceBuffer dy, DeviceBuffer dx) {
        cudnnConvolutionBwdDataAlgoPerf[] found = new cudnnConvolutionBwdDataAlgoPerf[CANDIDATES];
        Arrays.setAll(found, _ -> new cudnnConvolutionBwdDataAlgoPerf());
        int[] count = new int[1];
        if (cudnn.fastest()) {
            long bytes = searchBytes();
            withWorkspace(new Algorithm(0, bytes), scratch -> CudnnStatus.check(
                    "cudnnFindConvolutionBackwardDataAlgorithmEx", JCudnn.cudnnFindConvolutionBackwardDataAlgorithmEx(
                            cudnn.handle(), weight, w.pointer(), output, dy.pointer(), convolution, input,
                            dx.pointer(), CANDIDATES, count, found, pointer(scratch), bytes)));
        } else {
            CudnnStatus.check("cudnnGetConvolutionBackwardDataAlgorithm_v7",
                    JCudnn.cudnnGetConvolutionBackwardDataAlgorithm_v7(cudnn.handle(), weight, output, convolution,
                            input, CANDIDATES, count, found));
        }
        return choose("input gradient", Arrays.stream(found, 0, count[0])
                .map(f -> new Candidate(f.algo, f.status, f.time, f.memory, f.determinism)).toList());
    }

    private Algorithm chooseGradWeight(DeviceBuffer x, DeviceBuffer dy, DeviceBuffer dw) {
        cudnnConvolutionBwdFilterAlgoPerf[] found = new cudnnConvolutionBwdFilterAlgoPerf[CANDIDATES];
        Arrays.setAll(found, _ -> new cudnnConvolutionBwdFilterAlgoPerf());
        int[] count = new int[1];
        if (cudnn.fastest()) {
            long bytes = searchBytes();
            withWorkspace(new Algorithm(0, bytes), scratch -> CudnnStatus.check(
                    "cudnnFindConvolutionBackwardFilterAlgorithmEx",
                    JCudnn.cudnnFindConvolutionBackwardFilterAlgorithmEx(cudnn.handle(), input, x.pointer(), output,
                            dy.pointer(), convolution, weight, dw.pointer(), CANDIDATES, count, found,
                            pointer(scratch), bytes)));
        } else {
            CudnnStatus.check("cudnnGetConvolutionBackwardFilterAlgorithm_v7",
                    JCudnn.cudnnGetConvolutionBackwardFilterAlgorithm_v7(cudnn.handle(), input, output, convolution,
                            weight, CANDIDATES, count, found));
        }
        return choose("weight gradient", Arrays.stream(found, 0, count[0])
                .map(f -> new Candidate(f.algo, f.status, f.time, f.memory, f.determinism)).toList());
    }

    /**
     * Scratch that a search may use: what the largest tensor takes, eight times; deep in a net that is the weight.
     */
    private long searchBytes() {
        long largest = Math.max(elements(shape.weight()),
                Math.max(elements(shape.input()), elements(shape.output())));
        return 8 * largest * (shape.bfloat16() ? 2 : 4);
    }

    private static long elements(List<Integer> sizes) {
        return sizes.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
    }

    private Algorithm choose(String pass, List<Candidate> ranking) {
        for (Candidate candidate : ranking) {
            if (candidate.status == CudnnStatus.SUCCESS
                    && (cudnn.fastest() || candidate.determinism == cudnnDeterminism.CUDNN_DETERMINISTIC)) {
                cudnn.log(String.format(Locale.ROOT, "conv3d %s of %s, weight %s: cuDNN's algorithm %d, "
                        + "workspace %,d bytes%s", pass, shape.input(), shape.weight(), candidate.number,
                        candidate.memory, candidate.milliseconds > 0
                                ? String.format(Locale.ROOT, ", %.3f ms", candidate.milliseconds) : ""));
                return new Algorithm(candidate.number, candidate.memory);
            }
        }
        throw new CudaException("cuDNN " + Cudnn.inWords(Cudnn.version()) + " has no "
                + (cudnn.fastest() ? "" : "deterministic ") + "algorithm for the " + pass + " of " + shape
                + (cudnn.fastest() ? "" : "; try --fast-algorithms"));
    }

    @Override
    public void close() {
        CudaDriver.ignore(() -> JCudnn.cudnnDestroyTensorDescriptor(input));
        CudaDriver.ignore(() -> JCudnn.cudnnDestroyTensorDescriptor(output));
        CudaDriver.ignore(() -> JCudnn.cudnnDestroyFilterDescriptor(weight));
        CudaDriver.ignore(() -> JCudnn.cudnnDestroyConvolutionDescriptor(convolution));
    }
}
