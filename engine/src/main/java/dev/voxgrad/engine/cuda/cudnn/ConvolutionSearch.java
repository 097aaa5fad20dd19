package dev.voxgrad.engine.cuda.cudnn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnConvolutionBwdDataAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionBwdFilterAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionFwdAlgoPerf;
import jcuda.jcudnn.cudnnDeterminism;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnTensorDescriptor;

import dev.voxgrad.engine.cuda.driver.DeviceBuffer;

/**
 * Asks cuDNN for its algorithms for the three passes of a convolution, best first: those that give the same bits every
 * time, or, where speed alone counts, all, as they were measured.
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

    /** cuDNN's number for an algorithm, the scratch memory it needs, and its time; negative if it was not measured. */
    record Algorithm(int number, long workspaceBytes, float milliseconds) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "algorithm %d, workspace %,d bytes%s",
                    number,
                    workspaceBytes,
                    milliseconds > 0 ? String.format(Locale.ROOT, ", %.3f ms", milliseconds) : "");
        }
    }

    /** One line of cuDNN's ranking. */
    private record Candidate(int number, int status, float milliseconds, int determinism) {}

    ConvolutionSearch(
            Cudnn cudnn,
            ConvolutionShape shape,
            cudnnTensorDescriptor input,
            cudnnFilterDescriptor weight,
            cudnnTensorDescriptor output,
            cudnnConvolutionDescriptor convolution) {
        this.cudnn = cudnn;
        this.shape = shape;
        this.input = input;
        this.weight = weight;
        this.output = output;
        this.convolution = convolution;
    }

    /** For y = x * w; measuring overwrites y. */
    List<Algorithm> forward(DeviceBuffer x, DeviceBuffer w, DeviceBuffer y) {
        var found = answers(new cudnnConvolutionFwdAlgoPerf[MOST], cudnnConvolutionFwdAlgoPerf::new);
        int[] count = new int[1];
        int status = status(() -> cudnn.fastest()
                ? cudnn.allocator()
                        .with(
                                searchBytes(),
                                scratch -> JCudnn.cudnnFindConvolutionForwardAlgorithmEx(
                                        cudnn.handle(),
                                        input,
                                        x.pointer(),
                                        weight,
                                        w.pointer(),
                                        convolution,
                                        output,
                                        y.pointer(),
                                        MOST,
                                        count,
                                        found,
                                        scratch.pointer(),
                                        searchBytes()))
                : JCudnn.cudnnGetConvolutionForwardAlgorithm_v7(
                        cudnn.handle(), input, weight, convolution, output, MOST, count, found));
        Stream<Candidate> ranking =
                Arrays.stream(found).map(f -> new Candidate(f.algo, f.status, f.time, f.determinism));
        return welcome(
                "forward convolutions",
                status,
                count[0],
                ranking,
                (number, bytes) -> JCudnn.cudnnGetConvolutionForwardWorkspaceSize(
                        cudnn.handle(), input, weight, convolution, output, number, bytes));
    }

    /** For dx from dy and w; measuring overwrites dx. */
    List<Algorithm> gradInput(DeviceBuffer w, DeviceBuffer dy, DeviceBuffer dx) {
        var found = answers(new cudnnConvolutionBwdDataAlgoPerf[MOST], cudnnConvolutionBwdDataAlgoPerf::new);
        int[] count = new int[1];
        int status = status(() -> cudnn.fastest()
                ? cudnn.allocator()
                        .with(
                                searchBytes(),
                                scratch -> JCudnn.cudnnFindConvolutionBackwardDataAlgorithmEx(
                                        cudnn.handle(),
                                        weight,
                                        w.pointer(),
                                        output,
                                        dy.pointer(),
                                        convolution,
                                        input,
                                        dx.pointer(),
                                        MOST,
                                        count,
                                        found,
                                        scratch.pointer(),
                                        searchBytes()))
                : JCudnn.cudnnGetConvolutionBackwardDataAlgorithm_v7(
                        cudnn.handle(), weight, output, convolution, input, MOST, count, found));
        Stream<Candidate> ranking =
                Arrays.stream(found).map(f -> new Candidate(f.algo, f.status, f.time, f.determinism));
        return welcome(
                "input gradients",
                status,
                count[0],
                ranking,
                (number, bytes) -> JCudnn.cudnnGetConvolutionBackwardDataWorkspaceSize(
                        cudnn.handle(), weight, output, convolution, input, number, bytes));
    }

    /** For dw from x and dy; measuring overwrites dw. */
    List<Algorithm> gradWeight(DeviceBuffer x, DeviceBuffer dy, DeviceBuffer dw) {
        var found = answers(new cudnnConvolutionBwdFilterAlgoPerf[MOST], cudnnConvolutionBwdFilterAlgoPerf::new);
        int[] count = new int[1];
        int status = status(() -> cudnn.fastest()
                ? cudnn.allocator()
                        .with(
                                searchBytes(),
                                scratch -> JCudnn.cudnnFindConvolutionBackwardFilterAlgorithmEx(
                                        cudnn.handle(),
                                        input,
                                        x.pointer(),
                                        output,
                                        dy.pointer(),
                                        convolution,
                                        weight,
                                        dw.pointer(),
                                        MOST,
                                        count,
                                        found,
                                        scratch.pointer(),
                                        searchBytes()))
                : JCudnn.cudnnGetConvolutionBackwardFilterAlgorithm_v7(
                        cudnn.handle(), input, output, convolution, weight, MOST, count, found));
        Stream<Candidate> ranking =
                Arrays.stream(found).map(f -> new Candidate(f.algo, f.status, f.time, f.determinism));
        return welcome(
                "weight gradients",
                status,
                count[0],
                ranking,
                (number, bytes) -> JCudnn.cudnnGetConvolutionBackwardFilterWorkspaceSize(
                        cudnn.handle(), input, output, convolution, weight, number, bytes));
    }

    /**
     * The status of a call. Where cuDNN refuses it, JCudnn copies answers out all the same, as many as an unset number
     * says, and may find the array too short for them.
     */
    private static int status(IntSupplier call) {
        try {
            return call.getAsInt();
        } catch (ArrayIndexOutOfBoundsException e) {
            return CudnnStatus.NOT_SUPPORTED;
        }
    }

    private static <A> A[] answers(A[] array, Supplier<A> empty) {
        Arrays.setAll(array, _ -> empty.get());
        return array;
    }

    /** Asks cuDNN how many bytes an algorithm works with; returns its status. */
    private interface WorkspaceQuery {
        int ask(int number, long[] bytes);
    }

    private List<Algorithm> welcome(
            String what, int status, int count, Stream<Candidate> ranking, WorkspaceQuery workspace) {
        if (CudnnStatus.isUnsupported(status)) {
            return List.of();
        }
        CudnnStatus.check("cuDNN's list of algorithms for " + what + " of " + shape, status);
        List<Algorithm> algorithms = new ArrayList<>();
        long[] bytes = new long[1];
        for (Candidate candidate : ranking.limit(count).toList()) {
            if (isWelcome(candidate) && workspace.ask(candidate.number, bytes) == CudnnStatus.SUCCESS) {
                algorithms.add(new Algorithm(candidate.number, bytes[0], candidate.milliseconds));
            }
        }
        return algorithms;
    }

    private boolean isWelcome(Candidate candidate) {
        return candidate.status == CudnnStatus.SUCCESS
                && (cudnn.fastest() || candidate.determinism == cudnnDeterminism.CUDNN_DETERMINISTIC);
    }

    /** Scratch for measuring: what the largest tensor takes, eight times; deep in a net that is the weight. */
    private long searchBytes() {
        long largest = Math.max(elements(shape.weight()), Math.max(elements(shape.input()), elements(shape.output())));
        return 8 * largest * (shape.bfloat16() ? 2 : 4);
    }

    private static long elements(List<Integer> sizes) {
        return sizes.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
    }
}
