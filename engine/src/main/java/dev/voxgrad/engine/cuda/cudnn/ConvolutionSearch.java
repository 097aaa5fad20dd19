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
 * Queries cuDNN's algorithms for the three passes of a convolution, best first: the deterministic ones, or, if only
 * speed counts, all of them, as measured.
 *
 * <p>cuDNN has a result class for each pass, and these have nothing in common except their fields. JCudnn leaves one of
 * the fields, {@code mathType}, at 0: the scratch memory that an algorithm needs in the descriptor's math type is
 * therefore queried again.
 */
final class ConvolutionSearch {
    /** More algorithms than any pass has. */
    private static final int MOST = 16;

    private final Cudnn cudnn;
    private final ConvolutionShape shape;
    private final cudnnTensorDescriptor input;
    private final cudnnFilterDescriptor weight;
    private final cudnnTensorDescriptor output;
    private final cudnnConvolutionDescriptor convolution;

    /** Holds an algorithm's number, the scratch memory it needs, and its time, which is negative if not measured. */
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

    /** Holds one entry of cuDNN's ranking. */
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

    /** Ranks algorithms for y = x * w; measuring overwrites y. */
    List<Algorithm> forward(DeviceBuffer x, DeviceBuffer w, DeviceBuffer y) {
        var found = results(new cudnnConvolutionFwdAlgoPerf[MOST], cudnnConvolutionFwdAlgoPerf::new);
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
        return acceptable(
                "forward convolutions",
                status,
                count[0],
                ranking,
                (number, bytes) -> JCudnn.cudnnGetConvolutionForwardWorkspaceSize(
                        cudnn.handle(), input, weight, convolution, output, number, bytes));
    }

    /** Ranks algorithms for dx from dy and w; measuring overwrites dx. */
    List<Algorithm> gradInput(DeviceBuffer w, DeviceBuffer dy, DeviceBuffer dx) {
        var found = results(new cudnnConvolutionBwdDataAlgoPerf[MOST], cudnnConvolutionBwdDataAlgoPerf::new);
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
        return acceptable(
                "input gradients",
                status,
                count[0],
                ranking,
                (number, bytes) -> JCudnn.cudnnGetConvolutionBackwardDataWorkspaceSize(
                        cudnn.handle(), weight, output, convolution, input, number, bytes));
    }

    /** Ranks algorithms for dw from x and dy; measuring overwrites dw. */
    List<Algorithm> gradWeight(DeviceBuffer x, DeviceBuffer dy, DeviceBuffer dw) {
        var found = results(new cudnnConvolutionBwdFilterAlgoPerf[MOST], cudnnConvolutionBwdFilterAlgoPerf::new);
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
        return acceptable(
                "weight gradients",
                status,
                count[0],
                ranking,
                (number, bytes) -> JCudnn.cudnnGetConvolutionBackwardFilterWorkspaceSize(
                        cudnn.handle(), input, output, convolution, weight, number, bytes));
    }

    /**
     * Returns the status of a call. If cuDNN refuses it, JCudnn copies results out nevertheless, as many as an
     * uninitialised count says, for which the array may be too short.
     */
    private static int status(IntSupplier call) {
        try {
            return call.getAsInt();
        } catch (ArrayIndexOutOfBoundsException e) {
            return CudnnStatus.NOT_SUPPORTED;
        }
    }

    private static <A> A[] results(A[] array, Supplier<A> empty) {
        Arrays.setAll(array, _ -> empty.get());
        return array;
    }

    /** Queries how many bytes of scratch memory an algorithm needs; returns cuDNN's status. */
    private interface WorkspaceQuery {
        int query(int number, long[] bytes);
    }

    private List<Algorithm> acceptable(
            String what, int status, int count, Stream<Candidate> ranking, WorkspaceQuery workspace) {
        if (CudnnStatus.isUnsupported(status)) {
            return List.of();
        }
        CudnnStatus.check("cuDNN's list of algorithms for " + what + " of " + shape, status);
        List<Algorithm> algorithms = new ArrayList<>();
        long[] bytes = new long[1];
        for (Candidate candidate : ranking.limit(count).toList()) {
            if (isAcceptable(candidate) && workspace.query(candidate.number, bytes) == CudnnStatus.SUCCESS) {
                algorithms.add(new Algorithm(candidate.number, bytes[0], candidate.milliseconds));
            }
        }
        return algorithms;
    }

    private boolean isAcceptable(Candidate candidate) {
        return candidate.status == CudnnStatus.SUCCESS
                && (cudnn.fastest() || candidate.determinism == cudnnDeterminism.CUDNN_DETERMINISTIC);
    }

    /** Returns the scratch memory for measuring: eight times the largest tensor, which deep in a net is the weight. */
    private long searchBytes() {
        long largest = Math.max(elements(shape.weight()), Math.max(elements(shape.input()), elements(shape.output())));
        return 8 * largest * (shape.bfloat16() ? 2 : 4);
    }

    private static long elements(List<Integer> sizes) {
        return sizes.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
    }
}
