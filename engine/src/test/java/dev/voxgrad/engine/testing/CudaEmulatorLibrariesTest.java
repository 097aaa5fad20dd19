package dev.voxgrad.engine.testing;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Random;

import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnConvolutionBwdFilterAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionFwdAlgoPerf;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnHandle;
import jcuda.jcudnn.cudnnMathType;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.runtime.cudaStream_t;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests the emulated cuDNN through JCudnn, and cuBLAS and NVRTC through the JDK, against loops or formulas. */
class CudaEmulatorLibrariesTest {
    private static final int NCHW = 0;
    private static final int NHWC = 1;
    private static final int FLOAT = 0;
    private static final int BAD_PARAM = 2000;
    private static final int NOT_SUPPORTED = 3000;
    private static final int SIDE = 3;
    private static final int VOXELS = SIDE * SIDE * SIDE;
    private static final int INPUTS = 2;
    private static final int OUTPUTS = 4;
    private static final int TAPS = 27;
    private static final Pointer ONE = Pointer.to(new float[] {1});
    private static final Pointer ZERO = Pointer.to(new float[] {0});

    private EmulatedContext gpu;
    private final cudnnHandle handle = new cudnnHandle();
    private final cudnnTensorDescriptor input = new cudnnTensorDescriptor();
    private final cudnnTensorDescriptor output = new cudnnTensorDescriptor();
    private final cudnnFilterDescriptor filter = new cudnnFilterDescriptor();
    private final cudnnConvolutionDescriptor convolution = new cudnnConvolutionDescriptor();

    @BeforeEach
    void setUp() {
        gpu = new EmulatedContext();
        check(JCudnn.cudnnCreate(handle));
        check(JCudnn.cudnnSetStream(handle, new cudaStream_t(gpu.stream())));
        check(JCudnn.cudnnCreateTensorDescriptor(input));
        check(JCudnn.cudnnCreateTensorDescriptor(output));
        check(JCudnn.cudnnCreateFilterDescriptor(filter));
        check(JCudnn.cudnnCreateConvolutionDescriptor(convolution));
        int[] ones = {1, 1, 1};
        check(JCudnn.cudnnSetConvolutionNdDescriptor(convolution, 3, ones, ones, ones, 1, FLOAT));
    }

    @AfterEach
    void tearDown() {
        if (gpu != null) {
            gpu.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {NCHW, NHWC})
    void convolutionsMatchLoops(int format) {
        describe(format);
        float[] x = random(INPUTS * VOXELS, 1);
        float[] w = random(OUTPUTS * INPUTS * TAPS, 2);
        float[] upstream = random(OUTPUTS * VOXELS, 3);
        double[] y = new double[upstream.length];
        double[] gradX = new double[x.length];
        double[] gradW = new double[w.length];
        loops(format, x, w, upstream, y, gradX, gradW);

        CUdeviceptr deviceX = gpu.upload(x);
        CUdeviceptr deviceW = gpu.upload(w);
        CUdeviceptr deviceUpstream = gpu.upload(upstream);
        CUdeviceptr deviceY = gpu.allocate(y.length);
        CUdeviceptr deviceGradX = gpu.allocate(gradX.length);
        CUdeviceptr deviceGradW = gpu.allocate(gradW.length);
        CUdeviceptr workspace = gpu.allocate(1 << 12);
        int deterministic = 1;
        check(JCudnn.cudnnConvolutionForward(
                handle,
                ONE,
                input,
                deviceX,
                filter,
                deviceW,
                convolution,
                deterministic,
                workspace,
                4 << 12,
                ZERO,
                output,
                deviceY));
        check(JCudnn.cudnnConvolutionBackwardData(
                handle,
                ONE,
                filter,
                deviceW,
                output,
                deviceUpstream,
                convolution,
                deterministic,
                workspace,
                4 << 12,
                ZERO,
                input,
                deviceGradX));
        check(JCudnn.cudnnConvolutionBackwardFilter(
                handle,
                ONE,
                input,
                deviceX,
                output,
                deviceUpstream,
                convolution,
                deterministic,
                workspace,
                4 << 12,
                ZERO,
                filter,
                deviceGradW));
        assertThat(gpu.read(deviceY, 1)[0]).as("queued, not run").isNaN();
        gpu.synchronize();
        assertClose(gpu.read(deviceY, y.length), y);
        assertClose(gpu.read(deviceGradX, gradX.length), gradX);
        assertClose(gpu.read(deviceGradW, gradW.length), gradW);
        assertThat(gpu.read(workspace, 1)[0]).isNaN();
    }

    @Test
    void algorithmsDifferInSupportAndMemory() {
        describe(NCHW);
        cudnnConvolutionFwdAlgoPerf[] forward = new cudnnConvolutionFwdAlgoPerf[8];
        int[] returned = new int[1];
        check(JCudnn.cudnnGetConvolutionForwardAlgorithm_v7(
                handle, input, filter, convolution, output, 8, returned, forward));
        assertThat(returned[0]).isEqualTo(5);
        assertThat(forward[0].determinism).isZero();
        assertThat(forward[1].status).isEqualTo(NOT_SUPPORTED);
        assertThat(forward[2].determinism).isEqualTo(1);
        assertThat(forward[2].memory).isPositive().isNotEqualTo(forward[3].memory);
        CUdeviceptr memory = gpu.allocate(1 << 12);
        assertThat(JCudnn.cudnnConvolutionForward(
                        handle,
                        ONE,
                        input,
                        memory,
                        filter,
                        memory,
                        convolution,
                        forward[3].algo,
                        memory,
                        forward[3].memory - 1,
                        ZERO,
                        output,
                        memory))
                .isEqualTo(BAD_PARAM);

        cudnnConvolutionBwdFilterAlgoPerf[] search = new cudnnConvolutionBwdFilterAlgoPerf[3];
        CUdeviceptr gradWeight = gpu.allocate(OUTPUTS * INPUTS * TAPS);
        check(JCudnn.cudnnFindConvolutionBackwardFilterAlgorithmEx(
                handle,
                input,
                gpu.upload(random(54, 1)),
                output,
                gpu.upload(random(108, 2)),
                convolution,
                filter,
                gradWeight,
                3,
                returned,
                search,
                memory,
                4 << 12));
        assertThat(search[2].time).isPositive();
        assertThat(gpu.read(gradWeight, 1)[0]).as("a search runs the operation").isNotNaN();
    }

    @Test
    void algorithmsDependOnTheMathType() {
        describe(NCHW);
        cudnnConvolutionFwdAlgoPerf[] forward = new cudnnConvolutionFwdAlgoPerf[8];
        int[] returned = new int[1];
        check(JCudnn.cudnnGetConvolutionForwardAlgorithm_v7(
                handle, input, filter, convolution, output, 8, returned, forward));
        assertThat(forward[2].algo).isEqualTo(forward[3].algo);
        assertThat(forward[2].mathType).as("JCudnn does not tell").isZero();
        assertThat(workspace(forward[3].algo)).isEqualTo(forward[3].memory);
        check(JCudnn.cudnnSetConvolutionMathType(convolution, cudnnMathType.CUDNN_TENSOR_OP_MATH));
        assertThat(workspace(forward[2].algo)).isEqualTo(forward[2].memory);
        check(JCudnn.cudnnSetConvolutionMathType(convolution, cudnnMathType.CUDNN_FMA_MATH));
        check(JCudnn.cudnnGetConvolutionForwardAlgorithm_v7(
                handle, input, filter, convolution, output, 8, returned, forward));
        assertThat(returned[0]).as("none for tensor cores").isEqualTo(4);
        check(JCudnn.cudnnSetConvolutionMathType(convolution, cudnnMathType.CUDNN_DEFAULT_MATH));
    }

    private long workspace(int algorithm) {
        long[] bytes = new long[1];
        check(JCudnn.cudnnGetConvolutionForwardWorkspaceSize(
                handle, input, filter, convolution, output, algorithm, bytes));
        return bytes[0];
    }

    @Test
    void refusesMismatchedDescriptors() {
        describe(NCHW);
        int[] dims = {1, OUTPUTS, SIDE, SIDE, SIDE + 1};
        check(JCudnn.cudnnSetTensorNdDescriptorEx(output, NCHW, FLOAT, 5, dims));
        long[] bytes = new long[1];
        assertThat(JCudnn.cudnnGetConvolutionForwardWorkspaceSize(handle, input, filter, convolution, output, 1, bytes))
                .isEqualTo(BAD_PARAM);
        describe(NCHW);
        check(JCudnn.cudnnSetFilterNdDescriptor(filter, FLOAT, NHWC, 5, new int[] {OUTPUTS, INPUTS, 3, 3, 3}));
        assertThat(JCudnn.cudnnGetConvolutionForwardWorkspaceSize(handle, input, filter, convolution, output, 1, bytes))
                .isEqualTo(NOT_SUPPORTED);
    }

    @Test
    void cublasMultipliesColumnMajorMatrices() throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointer = arena.allocate(ValueLayout.ADDRESS);
            assertThat((int) function("libcublas.so.12", "cublasCreate_v2", "p").invoke(pointer))
                    .isZero();
            MemorySegment cublas = pointer.get(ValueLayout.ADDRESS, 0);
            MemorySegment stream = gpu.stream().address();
            assertThat((int) function("libcublas.so.12", "cublasSetStream_v2", "pp")
                            .invoke(cublas, stream))
                    .isZero();
            MemorySegment two = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 2f);
            MemorySegment zero = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 0f);
            EmulatedContext.Memory c = gpu.allocate(4);
            // A is stored as 3x2 and transposed to 2x3, B is stored as 3x2; C = 2 A B.
            MethodHandle gemm = function("libcublas.so.12", "cublasSgemm_v2", "piiiiippipippi");
            MemorySegment a = gpu.upload(1, 2, 3, 4, 5, 6).address();
            MemorySegment b = gpu.upload(1, 0, 1, 0, 1, 0).address();
            assertThat((int) gemm.invoke(cublas, 1, 0, 2, 2, 3, two, a, 2, b, 3, zero, c.address(), 2))
                    .isEqualTo(7);
            assertThat((int) gemm.invoke(cublas, 1, 0, 2, 2, 3, two, a, 3, b, 3, zero, c.address(), 2))
                    .isZero();
            gpu.synchronize();
            assertThat(gpu.read(c, 4)).containsExactly(8, 20, 4, 10);
        }
    }

    @Test
    void nvrtcReturnsTheSource() throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            assertThat(compile(arena, "extern \"C\" __global__ void name() {}")).isZero();
            assertThat(compile(arena, "#error no")).isEqualTo(6);
        }
    }

    private static int compile(Arena arena, String source) throws Throwable {
        MemorySegment program = arena.allocate(ValueLayout.ADDRESS);
        MemorySegment none = MemorySegment.NULL;
        assertThat((int) function("libnvrtc.so.12", "nvrtcCreateProgram", "pppipp")
                        .invoke(program, arena.allocateFrom(source), arena.allocateFrom("a.cu"), 0, none, none))
                .isZero();
        return (int) function("libnvrtc.so.12", "nvrtcCompileProgram", "pip")
                .invoke(program.get(ValueLayout.ADDRESS, 0), 0, none);
    }

    /** Returns a function whose result is int; in {@code parameters}, p is a pointer and i an int. */
    @SuppressWarnings("restricted") // Calling native code is what is tested.
    private static MethodHandle function(String library, String name, String parameters) {
        FunctionDescriptor descriptor = FunctionDescriptor.of(ValueLayout.JAVA_INT);
        for (char parameter : parameters.toCharArray()) {
            descriptor =
                    descriptor.appendArgumentLayouts(parameter == 'p' ? ValueLayout.ADDRESS : ValueLayout.JAVA_INT);
        }
        MemorySegment address =
                SymbolLookup.libraryLookup(library, Arena.global()).find(name).orElseThrow();
        return Linker.nativeLinker().downcallHandle(address, descriptor);
    }

    private void describe(int format) {
        check(JCudnn.cudnnSetTensorNdDescriptorEx(input, format, FLOAT, 5, new int[] {1, INPUTS, SIDE, SIDE, SIDE}));
        check(JCudnn.cudnnSetTensorNdDescriptorEx(output, format, FLOAT, 5, new int[] {1, OUTPUTS, SIDE, SIDE, SIDE}));
        check(JCudnn.cudnnSetFilterNdDescriptor(filter, FLOAT, format, 5, new int[] {OUTPUTS, INPUTS, 3, 3, 3}));
    }

    /** Computes the definition, for kernel 3, stride 1 and padding 1. */
    private static void loops(
            int format, float[] x, float[] w, float[] upstream, double[] y, double[] gradX, double[] gradW) {
        for (int k = 0; k < OUTPUTS; k++) {
            for (int c = 0; c < INPUTS; c++) {
                for (int tap = 0; tap < TAPS; tap++) {
                    for (int to = 0; to < VOXELS; to++) {
                        int z = to / 9 + tap / 9 - 1;
                        int row = to / 3 % 3 + tap / 3 % 3 - 1;
                        int column = to % 3 + tap % 3 - 1;
                        if (Math.min(Math.min(z, row), column) < 0 || Math.max(Math.max(z, row), column) >= SIDE) {
                            continue;
                        }
                        int atX = index(format, INPUTS, VOXELS, c, (z * SIDE + row) * SIDE + column);
                        int atW = k * INPUTS * TAPS + index(format, INPUTS, TAPS, c, tap);
                        int atY = index(format, OUTPUTS, VOXELS, k, to);
                        y[atY] += (double) x[atX] * w[atW];
                        gradX[atX] += (double) upstream[atY] * w[atW];
                        gradW[atW] += (double) upstream[atY] * x[atX];
                    }
                }
            }
        }
    }

    private static int index(int format, int channels, int positions, int channel, int position) {
        return format == NCHW ? channel * positions + position : position * channels + channel;
    }

    private static float[] random(int length, int seed) {
        Random random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** Allows half a unit in the last place of a float, because sums in double are rounded once. */
    private static void assertClose(float[] actual, double... expected) {
        assertThat(actual).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            double bound = 0x1p-23 * Math.abs(expected[i]) + 1e-12;
            assertThat(Math.abs(actual[i] - expected[i]))
                    .as("element %d: %s", i, expected[i])
                    .isLessThan(bound);
        }
    }

    private static void check(int status) {
        assertThat(status).isZero();
    }
}
