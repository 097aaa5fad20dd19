package dev.voxgrad.bench;

import java.util.Arrays;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.cuda.GpuKernels;
import dev.voxgrad.engine.device.cuda.Precision;
import dev.voxgrad.engine.testing.TestGpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** Tests that the benchmarks run on a real or emulated GPU and count what it moves. */
class GpuBenchmarksTest {
    @BeforeEach
    void requireGpu() {
        TestGpu.assumeSome();
    }

    private static <B extends OpBenchmark> B tiny(B benchmark) {
        benchmark.batch = 2;
        return benchmark;
    }

    private static AdaptiveAvgPool3dBenchmark average() {
        AdaptiveAvgPool3dBenchmark benchmark = tiny(new AdaptiveAvgPool3dBenchmark());
        benchmark.volume = "3-4";
        return benchmark;
    }

    private static ActivationBenchmark activation(String function) {
        ActivationBenchmark benchmark = tiny(new ActivationBenchmark());
        benchmark.volume = "3-4";
        benchmark.function = function;
        return benchmark;
    }

    private static BatchNormBenchmark batchNorm(boolean training) {
        BatchNormBenchmark benchmark = tiny(new BatchNormBenchmark());
        benchmark.volume = "3-4";
        benchmark.training = training;
        return benchmark;
    }

    private static ElementwiseBenchmark elementwise(String function) {
        ElementwiseBenchmark benchmark = tiny(new ElementwiseBenchmark());
        benchmark.volume = "1-4";
        benchmark.function = function;
        return benchmark;
    }

    private static LayoutBenchmark layout() {
        LayoutBenchmark benchmark = tiny(new LayoutBenchmark());
        benchmark.volume = "3-4";
        return benchmark;
    }

    private static LinearBenchmark linear() {
        LinearBenchmark benchmark = tiny(new LinearBenchmark());
        benchmark.features = "5-3";
        return benchmark;
    }

    private static MaxPool3dBenchmark maxPool() {
        MaxPool3dBenchmark benchmark = tiny(new MaxPool3dBenchmark());
        benchmark.volume = "3-4";
        return benchmark;
    }

    private static SoftmaxBenchmark softmax(String function) {
        SoftmaxBenchmark benchmark = tiny(new SoftmaxBenchmark());
        benchmark.classes = 3;
        benchmark.function = function;
        return benchmark;
    }

    private static Conv3dBenchmark convolution() {
        Conv3dBenchmark benchmark = tiny(new Conv3dBenchmark());
        benchmark.layer = "1-3-4";
        benchmark.convolution = "auto";
        return benchmark;
    }

    /**
     * Returns operations on activations of 2·3·4³ = 384 values, each with forward's bytes in float32 and in bfloat16.
     */
    static Stream<Arguments> operations() {
        return Stream.of(
                        of("average", GpuBenchmarksTest::average, 4 * 390, 2 * 384 + 4 * 6),
                        of("relu", () -> activation("relu"), 4 * 768, 2 * 768),
                        of("leaky relu", () -> activation("leakyRelu"), 4 * 768, 2 * 768),
                        of("batch norm", () -> batchNorm(true), 4 * (768 + 12), 2 * 768 + 4 * 12),
                        of("batch norm, running", () -> batchNorm(false), 4 * (768 + 12), 2 * 768 + 4 * 12),
                        of("add", () -> elementwise("add"), 4 * 384, 2 * 384),
                        of("mul", () -> elementwise("mul"), 4 * 384, 2 * 384),
                        of("layout", GpuBenchmarksTest::layout, 4 * 768, 6 * 384),
                        of("linear", GpuBenchmarksTest::linear, 4 * (10 + 15 + 3 + 6), 4 * (10 + 15 + 3 + 6)),
                        of("max pool", GpuBenchmarksTest::maxPool, 4 * (384 + 48), 2 * (384 + 48)),
                        of("cross-entropy", () -> softmax("crossEntropy"), 4 * 7, 4 * 7),
                        of("softmax", () -> softmax("softmax"), 4 * 12, 4 * 12),
                        of("log softmax", () -> softmax("logSoftmax"), 4 * 12, 4 * 12),
                        of(
                                "convolution",
                                GpuBenchmarksTest::convolution,
                                4 * (128 + 81 + 3 + 384),
                                2 * (128 + 384) + 4 * (81 + 3)))
                .flatMap(arguments -> arguments);
    }

    private static Stream<Arguments> of(String name, Supplier<OpBenchmark> benchmark, int float32, int bfloat16) {
        return Arrays.stream(Precision.values())
                .map(precision -> Arguments.argumentSet(
                        name + ", " + precision.flag(),
                        benchmark,
                        precision,
                        precision == Precision.BF16 ? bfloat16 : float32));
    }

    @ParameterizedTest
    @MethodSource("operations")
    void runsAndCountsOperations(Supplier<OpBenchmark> make, Precision precision, int bytes) throws Exception {
        OpBenchmark benchmark = make.get();
        try {
            open(benchmark, precision, GpuKernels.OWN);
            check(benchmark, bytes);
        } finally {
            benchmark.close();
        }
    }

    /** Expects the counts of our own kernels, so that rates can be compared like times. */
    @ParameterizedTest
    @MethodSource("operations")
    void runsOperationsWithCudnnKernels(Supplier<OpBenchmark> make, Precision precision, int bytes) throws Exception {
        OpBenchmark benchmark = make.get();
        try {
            TestGpu.skipWhereCudnnLacks(() -> {
                open(benchmark, precision, GpuKernels.CUDNN);
                check(benchmark, bytes);
            });
        } finally {
            benchmark.close();
        }
    }

    @Test
    void cudnnKernelsRequireAGpu() {
        OpBenchmark benchmark = maxPool();
        benchmark.device = "cpu";
        benchmark.kernels = "cudnn";
        assertThatThrownBy(benchmark::open).hasMessage("kernels: 'cudnn' is for device cuda, and this is cpu");
        StepState state = new StepState();
        state.device = "cpu";
        state.kernels = "cudnn";
        state.net = "net1";
        state.channels = 1;
        state.engine = "voxgrad";
        state.size = 4;
        state.batch = 4;
        assertThatThrownBy(state::open).hasMessage("kernels: 'cudnn' is for device cuda, and this is cpu");
    }

    private static void check(OpBenchmark benchmark, int bytes) {
        DeviceBenchmark.Work work = new DeviceBenchmark.Work();
        assertThat(benchmark.forward(work)).isNotNull();
        assertThat(1e9 * work.gigabytes).isCloseTo(bytes, within(1e-6));
        if (!(benchmark instanceof BatchNormBenchmark norm) || norm.training) {
            assertThat(benchmark.backward(work)).isNotEmpty();
        }
        if (benchmark instanceof Conv3dBenchmark convolution) {
            assertThat(convolution.gradInput(work)[0]).isNotNull();
            assertThat(convolution.gradWeight(work)[1]).isNotNull();
            assertThat(convolution.gradBias(work)[2]).isNotNull();
        }
    }

    private static void open(DeviceBenchmark benchmark, Precision precision) {
        open(benchmark, precision, GpuKernels.OWN);
    }

    private static void open(DeviceBenchmark benchmark, Precision precision, GpuKernels kernels) {
        benchmark.kernels = kernels.flag();
        TestGpu.assumeComputes(precision);
        benchmark.device = "cuda";
        benchmark.precision = precision.flag();
        benchmark.open();
        benchmark.drain();
    }

    @ParameterizedTest
    @EnumSource
    void runsStagesFusedAndLayerByLayer(Precision precision) throws Exception {
        for (boolean fusion : new boolean[] {true, false}) {
            ConvBlockBenchmark benchmark = new ConvBlockBenchmark();
            benchmark.stage = "1-3-4";
            benchmark.fusion = fusion;
            benchmark.convolution = "auto";
            benchmark.batch = 2;
            open(benchmark, precision);
            try {
                DeviceBenchmark.Work work = new DeviceBenchmark.Work();
                assertThat(benchmark.infer(work)).isNotNull();
                assertThat(1e9 * work.gigabytes)
                        .isCloseTo((precision == Precision.BF16 ? 2 : 4) * (12 * 384 + 48), within(1e-6));
                assertThat(benchmark.train(work)).isNotNull();
            } finally {
                benchmark.close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void runsResidualBlocksFusedAndLayerByLayer(Precision precision) throws Exception {
        for (boolean fusion : new boolean[] {true, false}) {
            ResidualBlockBenchmark benchmark = new ResidualBlockBenchmark();
            benchmark.block = "2-3-4-4-4-2";
            benchmark.depth = 3;
            benchmark.fusion = fusion;
            benchmark.batch = 2;
            open(benchmark, precision);
            try {
                DeviceBenchmark.Work work = new DeviceBenchmark.Work();
                assertThat(benchmark.infer(work)).isNotNull();
                int x = 2 * 3 * 64;
                int y = 2 * 4 * 8;
                assertThat(1e9 * work.gigabytes)
                        .isCloseTo(
                                (precision == Precision.BF16 ? 2 : 4) * (2 * x + y + 3 * 5 * y + 3 * y), within(1e-6));
                assertThat(benchmark.train(work)).isNotNull();
            } finally {
                benchmark.close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void runsOptimizers(Precision precision) throws Exception {
        for (String rule : new String[] {"adamW", "adam", "sgd"}) {
            OptimizerBenchmark benchmark = new OptimizerBenchmark();
            benchmark.elements = 10;
            benchmark.rule = rule;
            open(benchmark, precision);
            try {
                Tensor parameter = benchmark.update(new DeviceBenchmark.Work());
                float[] before = parameter.toArray();
                assertThat(benchmark.update(new DeviceBenchmark.Work()).toArray())
                        .isNotEqualTo(before);
            } finally {
                benchmark.close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void stepsLearnTheirBatch(Precision precision) {
        TestGpu.assumeComputes(precision);
        StepState state = new StepState();
        state.engine = "voxgrad";
        state.device = "cuda";
        state.precision = precision.flag();
        state.kernels = "own";
        state.net = "net1";
        state.channels = 1;
        state.size = 4;
        state.batch = 4;
        state.open();
        try {
            double first = new TrainStepBenchmark().train(state);
            double last = first;
            for (int step = 0; step < 15; step++) {
                last = new TrainStepBenchmark().train(state);
            }
            assertThat(first).isBetween(0.2, 2.0);
            assertThat(last).isLessThan(first / 2);
            float[] logits = new InferenceBenchmark().infer(state);
            assertThat(logits).hasSize(8);
            for (int replay = 0; replay < 2; replay++) {
                assertThat(new InferenceBenchmark().infer(state))
                        .as("inference changes nothing")
                        .isEqualTo(logits);
            }
        } finally {
            state.close();
        }
    }
}
