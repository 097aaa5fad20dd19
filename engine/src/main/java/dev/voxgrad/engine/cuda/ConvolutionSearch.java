package dev.voxgrad.engine.cuda;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnConvolutionBwdDataAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionBwdFilterAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionFwdAlgoPerf;
import jcuda.jcudnn.cudnnDeterminism;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnTensorDescriptor;

/**
 * Chooses cuDNN's algorithms for the three passes of a convolution: the first of its ranking that gives the same bits
 * every time, or, where speed alone counts, the one that was measured fastest.
 *
 * <p>cuDNN answers for each pass with a class of its own, and these have nothing in common but their fields. One of
 * the fields, {@code mathType}, JCudnn leaves 0: what scratch memory an algorithm wants in the descriptor's math type
 * is therefore asked for again.
 */
final class ConvolutionSearch {
    /** More than any pass has. */
    private static final int MOST = 16;

    private final Cudnn cudnn;
    private final ConvolutionShape shape;
    private final cudnnTensorDescriptor input;
    private final cudnnFilterDescriptor weight;
    private final cudnnTensorDescriptor output;
    private final cudnnConvolutionDescriptor convolution;

    /** A choice: cuDNN's number for it, and the scratch memory it needs. */
    record Algorithm(int number, long workspaceBytes) {}

    /** One line of cuDNN's ranking; the time is negative if it was not measured. */
    private record Candidate(int number, int status, float milliseconds, int determinism) {}

    ConvolutionSearch(Cudnn cudnn, ConvolutionShape shape, cudnnTensorDescriptor input, cudnnFilterDescriptor weight,
            cudnnTensorDescriptor output, cudnnConvolutionDescriptor convolution) {
        this.cudnn = cudnn;
        this.shape = shape;
        this.input = input;
        this.weight = weight;
        this.output = output;
        this.convolution = convolution;
    }

    /** For y = x * w; measuring overwrites y. */
    Algorithm forward(DeviceBuffer x, DeviceBuffer w, DeviceBuffer y) {
        var found = answers(new cudnnConvolutionFwdAlgoPerf[MOST], cudnnConvolutionFwdAlgoPerf::new);
        int[] count = new int[1];
        if (cudnn.fastest()) {
            cudnn.allocator().with(searchBytes(), scratch -> CudnnStatus.check(
                    "cudnnFindConvolutionForwardAlgorithmEx", JCudnn.cudnnFindConvolutionForwardAlgorithmEx(
                            cudnn.handle(), input, x.pointer(), weight, w.pointer(), convolution, output, y.pointer(),
                            MOST, count, found, scratch.pointer(), searchBytes())));
        } else {
            CudnnStatus.check("cudnnGetConvolutionForwardAlgorithm_v7",
                    JCudnn.cudnnGetConvolutionForwardAlgorithm_v7(cudnn.handle(), input, weight, convolution, output,
                            MOST, count, found));
        }
        return choose("forward", Arrays.stream(found, 0, count[0])
                .map(f -> new Candidate(f.algo, f.status, f.time, f.determinism)).toList(), (number, bytes) ->
                JCudnn.cudnnGetConvolutionForwardWorkspaceSize(cudnn.handle(), input, weight, convolution, output,
                        number, bytes));
    }

    /** For dx from dy and w; measuring overwrites dx. */
    Algorithm gradInput(DeviceBuffer w, DeviceBuffer dy, DeviceBuffer dx) {
        var found = answers(new cudnnConvolutionBwdDataAlgoPerf[MOST], cudnnConvolutionBwdDataAlgoPerf::new);
        int[] count = new int[1];
        if (cudnn.fastest()) {
            cudnn.allocator().with(searchBytes(), scratch -> CudnnStatus.check(
                    "cudnnFindConvolutionBackwardDataAlgorithmEx", JCudnn.cudnnFindConvolutionBackwardDataAlgorithmEx(
                            cudnn.handle(), weight, w.pointer(), output, dy.pointer(), convolution, input,
                            dx.pointer(), MOST, count, found, scratch.pointer(), searchBytes())));
        } else {
            CudnnStatus.check("cudnnGetConvolutionBackwardDataAlgorithm_v7",
                    JCudnn.cudnnGetConvolutionBackwardDataAlgorithm_v7(cudnn.handle(), weight, output, convolution,
                            input, MOST, count, found));
        }
        return choose("input gradient", Arrays.stream(found, 0, count[0])
                .map(f -> new Candidate(f.algo, f.status, f.time, f.determinism)).toList(), (number, bytes) ->
                JCudnn.cudnnGetConvolutionBackwardDataWorkspaceSize(cudnn.handle(), weight, output, convolution, input,
                        number, bytes));
    }

    /** For dw from x and dy; measuring overwrites dw. */
    Algorithm gradWeight(DeviceBuffer x, DeviceBuffer dy, DeviceBuffer dw) {
        var found = answers(new cudnnConvolutionBwdFilterAlgoPerf[MOST], cudnnConvolutionBwdFilterAlgoPerf::new);
        int[] count = new int[1];
        if (cudnn.fastest()) {
            cudnn.allocator().with(searchBytes(), scratch -> CudnnStatus.check(
                    "cudnnFindConvolutionBackwardFilterAlgorithmEx",
                    JCudnn.cudnnFindConvolutionBackwardFilterAlgorithmEx(cudnn.handle(), input, x.pointer(), output,
                            dy.pointer(), convolution, weight, dw.pointer(), MOST, count, found, scratch.pointer(),
                            searchBytes())));
        } else {
            CudnnStatus.check("cudnnGetConvolutionBackwardFilterAlgorithm_v7",
                    JCudnn.cudnnGetConvolutionBackwardFilterAlgorithm_v7(cudnn.handle(), input, output, convolution,
                            weight, MOST, count, found));
        }
        return choose("weight gradient", Arrays.stream(found, 0, count[0])
                .map(f -> new Candidate(f.algo, f.status, f.time, f.determinism)).toList(), (number, bytes) ->
                JCudnn.cudnnGetConvolutionBackwardFilterWorkspaceSize(cudnn.handle(), input, output, convolution,
                        weight, number, bytes));
    }

    private static <A> A[] answers(A[] array, Supplier<A> empty) {
        Arrays.setAll(array, _ -> empty.get());
        return array;
    }

    /** Asks cuDNN how many bytes an algorithm works with; returns its status. */
    private interface WorkspaceQuery {
        int ask(int number, long[] bytes);
    }

    private Algorithm choose(String pass, List<Candidate> ranking, WorkspaceQuery workspace) {
        long[] bytes = new long[1];
        for (Candidate candidate : ranking) {
            if (isWelcome(candidate) && workspace.ask(candidate.number, bytes) == CudnnStatus.SUCCESS) {
                cudnn.log(String.format(Locale.ROOT, "conv3d %s of %s, weight %s: cuDNN's algorithm %d, "
                        + "workspace %,d bytes%s", pass, shape.input(), shape.weight(), candidate.number, bytes[0],
                        candidate.milliseconds > 0
                                ? String.format(Locale.ROOT, ", %.3f ms", candidate.milliseconds) : ""));
                return new Algorithm(candidate.number, bytes[0]);
            }
        }
        throw new CudaException("cuDNN " + Cudnn.inWords(Cudnn.version()) + " has no "
                + (cudnn.fastest() ? "" : "deterministic ") + "algorithm for the " + pass + " of " + shape
                + (cudnn.fastest() ? "" : "; try --fast-algorithms"));
    }

    private boolean isWelcome(Candidate candidate) {
        return candidate.status == CudnnStatus.SUCCESS
                && (cudnn.fastest() || candidate.determinism == cudnnDeterminism.CUDNN_DETERMINISTIC);
    }

    /** Scratch for measuring: what the largest tensor takes, eight times; deep in a net that is the weight. */
    private long searchBytes() {
        long largest = Math.max(elements(shape.weight()),
                Math.max(elements(shape.input()), elements(shape.output())));
        return 8 * largest * (shape.bfloat16() ? 2 : 4);
    }

    private static long elements(List<Integer> sizes) {
        return sizes.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
    }
}
