package dev.voxgrad.engine.op;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.device.cuda.GpuKernels;
import dev.voxgrad.engine.device.cuda.Precision;
import dev.voxgrad.engine.testing.CudaEmulator;
import dev.voxgrad.engine.testing.DeviceAgreement;
import dev.voxgrad.engine.testing.TestGpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Compares cuDNN's batch norm, pools and softmax with our own kernels, and tests that cuDNN computes them. The suites
 * of the operations also compare cuDNN with the reference.
 */
class CudnnKernelsTest {
    private static final List<String> FUNCTIONS = List.of(
            "cudnnBatchNormalizationForwardTraining",
            "cudnnBatchNormalizationForwardInference",
            "cudnnBatchNormalizationBackward",
            "cudnnPoolingForward",
            "cudnnPoolingBackward",
            "cudnnSoftmaxForward",
            "cudnnSoftmaxBackward");
    private static final Shape VOLUMES = Shape.of(3, 5, 4, 3, 6);
    private static final Shape CHANNELS = Shape.of(5);
    /** The number of values in a channel of the volumes. */
    private static final int PER_CHANNEL = 3 * 72;

    /**
     * Describes an operation.
     *
     * @param terms the number of values in its longest sum
     * @param forward the function of cuDNN that computes it
     * @param backward the function of cuDNN that computes its gradients
     */
    private record Case(
            String name,
            int terms,
            Function<Tensor[], Tensor> function,
            List<Shape> inputs,
            String forward,
            String backward) {}

    private static Tensor activation(Tensor x) {
        return x.inLayout(x.device().activationLayout());
    }

    private static Tensor batchNorm(Tensor[] in, boolean training) {
        return activation(in[0])
                .batchNorm(
                        in[1],
                        in[2],
                        Tensor.full(in[0].device(), CHANNELS, 0.25),
                        Tensor.full(in[0].device(), CHANNELS, 1.5),
                        training,
                        0.1,
                        1e-5);
    }

    private static Case pool(String name, int terms, Function<Tensor, Tensor> function) {
        return new Case(
                name,
                terms,
                in -> function.apply(activation(in[0])),
                List.of(VOLUMES),
                "cudnnPoolingForward",
                "cudnnPoolingBackward");
    }

    static Stream<Arguments> cases() {
        Dims3 two = Dims3.cube(2);
        Shape rows = Shape.of(7, 5);
        List<Case> cases = List.of(
                new Case(
                        "batch norm",
                        PER_CHANNEL,
                        in -> batchNorm(in, true),
                        List.of(VOLUMES, CHANNELS, CHANNELS),
                        "cudnnBatchNormalizationForwardTraining",
                        "cudnnBatchNormalizationBackward"),
                new Case(
                        "batch norm of (N,C)",
                        7,
                        in -> batchNorm(in, true),
                        List.of(rows, CHANNELS, CHANNELS),
                        "cudnnBatchNormalizationForwardTraining",
                        "cudnnBatchNormalizationBackward"),
                pool("max pool", 1, x -> x.maxPool3d(two, two, Dims3.ZERO)),
                pool("max pool, padded", 8, x -> x.maxPool3d(Dims3.cube(3), new Dims3(2, 1, 2), Dims3.ONE)),
                pool("mean", 72, x -> x.adaptiveAvgPool3d(Dims3.ONE)),
                pool("equal bins", 12, x -> x.adaptiveAvgPool3d(new Dims3(2, 1, 3))),
                new Case(
                        "softmax",
                        5,
                        in -> in[0].softmax(),
                        List.of(rows),
                        "cudnnSoftmaxForward",
                        "cudnnSoftmaxBackward"),
                new Case(
                        "log-softmax",
                        5,
                        in -> in[0].logSoftmax(),
                        List.of(rows),
                        "cudnnSoftmaxForward",
                        "cudnnSoftmaxBackward"));
        return cases.stream()
                .flatMap(c -> Stream.of(Precision.FP32, Precision.BF16)
                        .map(precision -> Arguments.argumentSet(c.name + ", " + precision.flag(), c, precision)));
    }

    /**
     * Returns values that are exact in bfloat16 and all different in a volume, because cuDNN doesn't document which of
     * several equal maxima receives the gradient.
     */
    private static double[] distinct(Shape shape, int seed) {
        double[] values = new double[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (((i + seed) * 37) % 251 - 125) / 32.0;
        }
        return values;
    }

    private static double[][] run(Device device, Case c) {
        Shape[] shapes = c.inputs.toArray(Shape[]::new);
        double[][] values = new double[shapes.length][];
        for (int i = 0; i < values.length; i++) {
            values[i] = distinct(shapes[i], i);
        }
        return DeviceAgreement.run(device, c.function, shapes, values, s -> distinct(s, 9));
    }

    /** Allows each side one rounding of its result, which is 2⁻⁸ of the value in bfloat16. */
    private static void requireClose(Precision precision, int terms, double[] expected, double[] actual) {
        if (precision == Precision.FP32) {
            DeviceAgreement.assertClose("tensor", expected, actual, terms);
            return;
        }
        double largest = 1;
        for (double value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(Math.abs(actual[i] - expected[i]))
                    .as("element %d: %s for %s", i, actual[i], expected[i])
                    .isLessThanOrEqualTo(2 * 0x1p-8 * largest);
        }
    }

    private static CudaDevice open(Precision precision, GpuKernels kernels) {
        return TestGpu.open(precision, kernels, _ -> {});
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithOurOwn(Case c, Precision precision) {
        try (CudaDevice own = open(precision, GpuKernels.OWN);
                CudaDevice cudnn = open(precision, GpuKernels.CUDNN)) {
            double[][] expected = run(own, c);
            TestGpu.skipWhereCudnnLacks(() -> {
                double[][] actual = run(cudnn, c);
                assertThat(actual.length).isEqualTo(c.inputs.size() + 1);
                for (int i = 0; i < expected.length; i++) {
                    requireClose(precision, c.terms, expected[i], actual[i]);
                }
            });
        }
    }

    /** Returns the number of calls of each function of cuDNN while {@code work} runs. */
    private static Map<String, Long> calls(Runnable work) {
        Map<String, Long> calls = new LinkedHashMap<>();
        FUNCTIONS.forEach(function -> calls.put(function, CudaEmulator.count(function)));
        work.run();
        calls.replaceAll((function, before) -> CudaEmulator.count(function) - before);
        calls.values().removeIf(count -> count == 0);
        return calls;
    }

    private static void assumeCalls() {
        TestGpu.assumeSome();
        assumeTrue(TestGpu.isEmulated(), "only the emulated cuDNN counts its calls");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void runsTheKernelsThatWereChosen(Case c, Precision precision) {
        assumeCalls();
        try (CudaDevice own = open(precision, GpuKernels.OWN);
                CudaDevice cudnn = open(precision, GpuKernels.CUDNN)) {
            assertThat(calls(() -> run(own, c))).isEmpty();
            assertThat(calls(() -> run(cudnn, c))).isEqualTo(Map.of(c.forward, 1L, c.backward, 1L));
        }
    }

    private static double[] predicted(Device device) {
        try (Scope _ = Scope.withoutGradients()) {
            Tensor x = Tensor.of(device, VOLUMES, distinct(VOLUMES, 0));
            Tensor weight = Tensor.of(device, CHANNELS, distinct(CHANNELS, 1));
            Tensor bias = Tensor.of(device, CHANNELS, distinct(CHANNELS, 2));
            return batchNorm(new Tensor[] {x, weight, bias}, false).toDoubleArray();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FP32", "BF16"})
    void predictsWithTheRunningStatistics(Precision precision) {
        try (CudaDevice cudnn = open(precision, GpuKernels.CUDNN)) {
            TestGpu.skipWhereCudnnLacks(
                    () -> requireClose(precision, 3, predicted(ReferenceDevice.INSTANCE), predicted(cudnn)));
            assumeCalls();
            assertThat(calls(() -> predicted(cudnn))).isEqualTo(Map.of("cudnnBatchNormalizationForwardInference", 1L));
        }
    }

    /**
     * Returns running mean and variance after a step, and the gradients of weight and bias if the gradient of the input
     * is not required.
     */
    private static double[][] statistics(Device device) {
        Tensor x = Tensor.of(device, VOLUMES, distinct(VOLUMES, 0));
        Tensor weight = Tensor.of(device, CHANNELS, distinct(CHANNELS, 1)).requiresGrad(true);
        Tensor bias = Tensor.of(device, CHANNELS, distinct(CHANNELS, 2)).requiresGrad(true);
        Tensor mean = Tensor.full(device, CHANNELS, 2);
        Tensor variance = Tensor.full(device, CHANNELS, 3);
        Tensor y = activation(x).batchNorm(weight, bias, mean, variance, true, 0.25, 1e-3);
        Gradients gradients = y.backward(Tensor.of(device, VOLUMES, distinct(VOLUMES, 3)));
        return new double[][] {
            mean.toDoubleArray(),
            variance.toDoubleArray(),
            gradients.of(weight).toDoubleArray(),
            gradients.of(bias).toDoubleArray()
        };
    }

    /** All four results are float32 whatever the type of the volumes, which are exact in bfloat16. */
    @ParameterizedTest
    @EnumSource(names = {"FP32", "BF16"})
    void movesTheRunningStatistics(Precision precision) {
        double[][] expected = statistics(ReferenceDevice.INSTANCE);
        try (CudaDevice cudnn = open(precision, GpuKernels.CUDNN)) {
            TestGpu.skipWhereCudnnLacks(() -> {
                double[][] actual = statistics(cudnn);
                for (int i = 0; i < expected.length; i++) {
                    DeviceAgreement.assertClose("statistic " + i, expected[i], actual[i], PER_CHANNEL);
                }
            });
        }
    }

    @Test
    void nanWins() {
        double[] values = distinct(VOLUMES, 0);
        values[0] = Double.NaN;
        try (CudaDevice cudnn = open(Precision.FP32, GpuKernels.CUDNN)) {
            Tensor y = Tensor.of(cudnn, VOLUMES, values).maxPool3d(Dims3.cube(2), Dims3.cube(2), Dims3.ZERO);
            assertThat(y.toDoubleArray())
                    .startsWith(Double.NaN)
                    .satisfies(v -> assertThat(Double.isFinite(v[1])).isTrue());
        }
    }

    @Test
    void reportsOnceWhatCudnnLacks() {
        List<String> log = new ArrayList<>();
        Shape[] shapes = {VOLUMES, CHANNELS, CHANNELS};
        try (CudaDevice cudnn = TestGpu.open(Precision.FP32, GpuKernels.CUDNN, log::add)) {
            log.clear(); // the binding of cuBLAS
            for (int times = 0; times < 2; times++) {
                assertThat(DeviceAgreement.check(cudnn, 12, in -> in[0].adaptiveAvgPool3d(new Dims3(3, 1, 2)), VOLUMES))
                        .isEqualTo(2);
                assertThat(DeviceAgreement.check(cudnn, PER_CHANNEL, in -> batchNorm(in, false), shapes))
                        .isEqualTo(4);
            }
            assertThat(log)
                    .containsExactly(
                            "adaptiveAvgPool3d of 4x3x6 to 3x1x2: bins of different sizes are not in cuDNN, "
                                    + "uses our own kernels",
                            "batchNorm with the running statistics and a gradient: not in cuDNN, uses our own kernels");
        }
    }

    @Test
    void fusesNothingAndSaysSo() {
        try (CudaDevice own = open(Precision.FP32, GpuKernels.OWN);
                CudaDevice cudnn = open(Precision.FP32, GpuKernels.CUDNN);
                CudaDevice another = cudnn.another()) {
            assertThat(own.fusion()).isTrue();
            assertThat(own.description()).endsWith("deterministic convolution");
            assertThat(cudnn.fusion()).isFalse();
            assertThat(cudnn.description())
                    .endsWith("deterministic convolution, batch norm, pools and softmax of cuDNN, no fusion");
            assertThat(another.kernels()).isEqualTo(GpuKernels.CUDNN);
        }
    }
}
