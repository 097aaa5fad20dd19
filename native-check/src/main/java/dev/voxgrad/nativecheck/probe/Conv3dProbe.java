package dev.voxgrad.nativecheck.probe;

import java.util.function.IntSupplier;

import jcuda.Pointer;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnConvolutionBwdDataAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionBwdFilterAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionFwdAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionMode;
import jcuda.jcudnn.cudnnDataType;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnHandle;
import jcuda.jcudnn.cudnnMathType;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.jcudnn.cudnnTensorFormat;
import jcuda.runtime.JCuda;

import dev.voxgrad.nativecheck.probe.Probe.CallFailed;

/**
 * Compares, in a child process, cuDNN's three passes of a 3D convolution in true float32 (no TF32) with plain loops.
 * Each pass uses the algorithm that cuDNN's heuristic ranks first.
 */
public final class Conv3dProbe {
    private static final Conv3dLoops LOOPS = new Conv3dLoops(2, 8, 16, 10);
    private static final Pointer ONE = Pointer.to(new float[] {1});
    private static final Pointer ZERO = Pointer.to(new float[] {0});

    private final cudnnHandle handle = new cudnnHandle();
    private final cudnnTensorDescriptor inputShape = new cudnnTensorDescriptor();
    private final cudnnTensorDescriptor outputShape = new cudnnTensorDescriptor();
    private final cudnnFilterDescriptor weightShape = new cudnnFilterDescriptor();
    private final cudnnConvolutionDescriptor convolution = new cudnnConvolutionDescriptor();
    private final float[] input = TestData.random(LOOPS.inputLength(), 4);
    private final float[] weight = TestData.random(LOOPS.weightLength(), 5);
    private final float[] gradOutput = TestData.random(LOOPS.outputLength(), 6);

    private Conv3dProbe() {}

    /** Runs the probe and prints its answers. */
    public static void main(String[] args) {
        Probe.run(() -> new Conv3dProbe().convolve());
    }

    private void convolve() throws CallFailed {
        describe();
        check("cudnnCreate", JCudnn.cudnnCreate(handle));
        DeviceArray x = DeviceArray.of(input);
        DeviceArray w = DeviceArray.of(weight);
        DeviceArray dy = DeviceArray.of(gradOutput);
        forward(x, w);
        backwardData(w, dy);
        backwardFilter(x, dy);
        check("cudnnDestroy", JCudnn.cudnnDestroy(handle));
    }

    private void describe() throws CallFailed {
        describe(inputShape, LOOPS.inputChannels());
        describe(outputShape, LOOPS.outputChannels());
        check("cudnnCreateFilterDescriptor", JCudnn.cudnnCreateFilterDescriptor(weightShape));
        check(
                "cudnnSetFilterNdDescriptor",
                JCudnn.cudnnSetFilterNdDescriptor(
                        weightShape, cudnnDataType.CUDNN_DATA_FLOAT, cudnnTensorFormat.CUDNN_TENSOR_NCHW, 5, new int[] {
                            LOOPS.outputChannels(),
                            LOOPS.inputChannels(),
                            Conv3dLoops.KERNEL,
                            Conv3dLoops.KERNEL,
                            Conv3dLoops.KERNEL
                        }));
        int[] padding = {Conv3dLoops.PADDING, Conv3dLoops.PADDING, Conv3dLoops.PADDING};
        int[] ones = {1, 1, 1};
        check("cudnnCreateConvolutionDescriptor", JCudnn.cudnnCreateConvolutionDescriptor(convolution));
        check(
                "cudnnSetConvolutionNdDescriptor",
                JCudnn.cudnnSetConvolutionNdDescriptor(
                        convolution,
                        3,
                        padding,
                        ones,
                        ones,
                        cudnnConvolutionMode.CUDNN_CROSS_CORRELATION,
                        cudnnDataType.CUDNN_DATA_FLOAT));
        check(
                "cudnnSetConvolutionMathType",
                JCudnn.cudnnSetConvolutionMathType(convolution, cudnnMathType.CUDNN_FMA_MATH));
    }

    private static void describe(cudnnTensorDescriptor descriptor, int channels) throws CallFailed {
        int side = LOOPS.side();
        int volume = side * side * side;
        check("cudnnCreateTensorDescriptor", JCudnn.cudnnCreateTensorDescriptor(descriptor));
        check(
                "cudnnSetTensorNdDescriptor",
                JCudnn.cudnnSetTensorNdDescriptor(
                        descriptor,
                        cudnnDataType.CUDNN_DATA_FLOAT,
                        5,
                        new int[] {LOOPS.batch(), channels, side, side, side},
                        new int[] {channels * volume, volume, side * side, side, 1}));
    }

    private void forward(DeviceArray x, DeviceArray w) throws CallFailed {
        cudnnConvolutionFwdAlgoPerf[] best = {new cudnnConvolutionFwdAlgoPerf()};
        check(
                "cudnnGetConvolutionForwardAlgorithm",
                JCudnn.cudnnGetConvolutionForwardAlgorithm_v7(
                        handle, inputShape, weightShape, convolution, outputShape, 1, new int[1], best));
        check("the first choice for cudnnConvolutionForward", best[0].status);
        int algorithm = best[0].algo;
        long[] bytes = new long[1];
        check(
                "cudnnGetConvolutionForwardWorkspaceSize",
                JCudnn.cudnnGetConvolutionForwardWorkspaceSize(
                        handle, inputShape, weightShape, convolution, outputShape, algorithm, bytes));
        Pointer workspace = DeviceArray.workspace(bytes[0]);
        DeviceArray y = DeviceArray.zeros(LOOPS.outputLength());
        answer(
                SmokeTest.CONV3D_FORWARD,
                "cudnnConvolutionForward",
                () -> JCudnn.cudnnConvolutionForward(
                        handle,
                        ONE,
                        inputShape,
                        x.pointer(),
                        weightShape,
                        w.pointer(),
                        convolution,
                        algorithm,
                        workspace,
                        bytes[0],
                        ZERO,
                        outputShape,
                        y.pointer()),
                y,
                LOOPS.forward(input, weight));
    }

    private void backwardData(DeviceArray w, DeviceArray dy) throws CallFailed {
        cudnnConvolutionBwdDataAlgoPerf[] best = {new cudnnConvolutionBwdDataAlgoPerf()};
        check(
                "cudnnGetConvolutionBackwardDataAlgorithm",
                JCudnn.cudnnGetConvolutionBackwardDataAlgorithm_v7(
                        handle, weightShape, outputShape, convolution, inputShape, 1, new int[1], best));
        check("the first choice for cudnnConvolutionBackwardData", best[0].status);
        int algorithm = best[0].algo;
        long[] bytes = new long[1];
        check(
                "cudnnGetConvolutionBackwardDataWorkspaceSize",
                JCudnn.cudnnGetConvolutionBackwardDataWorkspaceSize(
                        handle, weightShape, outputShape, convolution, inputShape, algorithm, bytes));
        Pointer workspace = DeviceArray.workspace(bytes[0]);
        DeviceArray dx = DeviceArray.zeros(LOOPS.inputLength());
        answer(
                SmokeTest.CONV3D_DATA,
                "cudnnConvolutionBackwardData",
                () -> JCudnn.cudnnConvolutionBackwardData(
                        handle,
                        ONE,
                        weightShape,
                        w.pointer(),
                        outputShape,
                        dy.pointer(),
                        convolution,
                        algorithm,
                        workspace,
                        bytes[0],
                        ZERO,
                        inputShape,
                        dx.pointer()),
                dx,
                LOOPS.backwardData(weight, gradOutput));
    }

    private void backwardFilter(DeviceArray x, DeviceArray dy) throws CallFailed {
        cudnnConvolutionBwdFilterAlgoPerf[] best = {new cudnnConvolutionBwdFilterAlgoPerf()};
        check(
                "cudnnGetConvolutionBackwardFilterAlgorithm",
                JCudnn.cudnnGetConvolutionBackwardFilterAlgorithm_v7(
                        handle, inputShape, outputShape, convolution, weightShape, 1, new int[1], best));
        check("the first choice for cudnnConvolutionBackwardFilter", best[0].status);
        int algorithm = best[0].algo;
        long[] bytes = new long[1];
        check(
                "cudnnGetConvolutionBackwardFilterWorkspaceSize",
                JCudnn.cudnnGetConvolutionBackwardFilterWorkspaceSize(
                        handle, inputShape, outputShape, convolution, weightShape, algorithm, bytes));
        Pointer workspace = DeviceArray.workspace(bytes[0]);
        DeviceArray dw = DeviceArray.zeros(LOOPS.weightLength());
        answer(
                SmokeTest.CONV3D_FILTER,
                "cudnnConvolutionBackwardFilter",
                () -> JCudnn.cudnnConvolutionBackwardFilter(
                        handle,
                        ONE,
                        inputShape,
                        x.pointer(),
                        outputShape,
                        dy.pointer(),
                        convolution,
                        algorithm,
                        workspace,
                        bytes[0],
                        ZERO,
                        weightShape,
                        dw.pointer()),
                dw,
                LOOPS.backwardFilter(input, gradOutput));
    }

    private static void answer(SmokeTest test, String name, IntSupplier call, DeviceArray result, double[] expected)
            throws CallFailed {
        double milliseconds = Probe.milliseconds(name, call, JCuda::cudaDeviceSynchronize, CudnnStatus::name);
        test.answer(TestData.largestError(result.values(), expected), milliseconds);
    }

    private static void check(String call, int status) throws CallFailed {
        Probe.check(call, status, CudnnStatus::name);
    }
}
