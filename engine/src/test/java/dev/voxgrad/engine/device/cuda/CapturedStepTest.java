package dev.voxgrad.engine.device.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.CudaException;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.optim.AdamUpdate;
import dev.voxgrad.engine.optim.GradientMath;
import dev.voxgrad.engine.optim.TensorUpdate;
import dev.voxgrad.engine.optim.UpdateSlot;
import dev.voxgrad.engine.testing.CudaEmulator;
import dev.voxgrad.engine.testing.Samples;
import dev.voxgrad.engine.testing.TestGpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Checks that steps replayed by a GPU equal the same steps run one operation at a time. */
class CapturedStepTest {
    private static final Shape WEIGHT = Shape.of(3, 1, 3, 3, 3);

    private CudaDevice device;

    @BeforeEach
    void open() {
        device = TestGpu.open(Precision.FP32);
    }

    @AfterEach
    void close() {
        if (device != null) {
            device.close();
        }
    }

    /** Holds a model of one convolution and batch norm, its optimiser state, and the arrays that a step reads. */
    private final class Model {
        private final Tensor weight =
                Tensor.of(device, WEIGHT, Samples.gaussian(WEIGHT, 1)).requiresGrad(true);
        private final Tensor mean = Tensor.zeros(device, WEIGHT);
        private final Tensor square = Tensor.zeros(device, WEIGHT);
        private final Tensor gamma = Tensor.full(device, Shape.of(3), 1);
        private final Tensor beta = Tensor.zeros(device, Shape.of(3));
        private final Tensor runningMean = Tensor.zeros(device, Shape.of(3));
        private final Tensor runningVariance = Tensor.full(device, Shape.of(3), 1);
        private final float[] volumes;
        private final int[] labels;
        private double rate;
        private int steps;

        Model(int samples) {
            volumes = new float[samples * 5 * 4 * 6];
            labels = new int[samples];
        }

        /** Sets different inputs, labels and learning rate for each step. */
        void prepare(int step) {
            double[] values = Samples.gaussian(Shape.of(volumes.length), 50 + step);
            for (int i = 0; i < volumes.length; i++) {
                volumes[i] = (float) values[i];
            }
            for (int i = 0; i < labels.length; i++) {
                labels[i] = (step + i) % 3;
            }
            rate = 0.01 / step;
        }

        List<Tensor> step() {
            Tensor x = Tensor.ofChannelsLast(device, Shape.of(labels.length, 1, 5, 4, 6), volumes);
            Tensor logits = x.conv3d(weight, null, Conv3dOp.padded(1))
                    .batchNorm(gamma, beta, runningMean, runningVariance, true, 0.1, 1e-5)
                    .relu()
                    .adaptiveAvgPool3d(Dims3.ONE)
                    .flatten(1);
            Tensor loss = logits.crossEntropy(labels);
            Gradients gradients = loss.backward();
            List<Tensor> moved = List.of(gradients.of(weight));
            Tensor norms = GradientMath.norms(moved);
            GradientMath.clipNorm(moved, 0.05);
            device.hostEffect(() -> steps++);
            TensorUpdate.applyAll(
                    List.of(new UpdateSlot(weight, gradients.of(weight), List.of(mean, square))),
                    _ -> new AdamUpdate(rate, 0.9, 0.999, 1e-8, 0.1, true, steps));
            return List.of(loss, norms);
        }

        /** Returns everything that a step changes. */
        Map<String, List<Float>> state() {
            Map<String, List<Float>> state = new TreeMap<>();
            Map.of(
                            "weight",
                            weight,
                            "mean",
                            mean,
                            "square",
                            square,
                            "running mean",
                            runningMean,
                            "running variance",
                            runningVariance)
                    .forEach((name, tensor) -> state.put(name, list(tensor.toArray())));
            return state;
        }
    }

    private static List<Float> list(float[] values) {
        List<Float> list = new ArrayList<>();
        for (float value : values) {
            list.add(value);
        }
        return list;
    }

    @Test
    void replaysEqualEagerSteps() {
        int steps = 7;
        Model plain = new Model(4);
        List<List<Float>> expected = new ArrayList<>();
        for (int step = 1; step <= steps; step++) {
            plain.prepare(step);
            try (Scope _ = Scope.open()) {
                plain.step().forEach(result -> expected.add(list(result.toArray())));
            }
        }
        Model model = new Model(4);
        List<List<Float>> actual = new ArrayList<>();
        try (CapturedStep captured = device.repeat(model::step)) {
            for (int step = 1; step <= steps; step++) {
                model.prepare(step);
                for (float[] result : captured.run().get()) {
                    actual.add(list(result));
                }
            }
        }
        assertThat(actual).hasSize(2 * steps).isEqualTo(expected);
        assertThat(model.state()).isEqualTo(plain.state());
        assertThat(model.steps).isEqualTo(steps);
    }

    /** Builds a graph on the host before a replay, which then changes its weight and running statistics. */
    @Test
    void replaysCountAsChangesInPlace() {
        Model model = new Model(4);
        model.prepare(1);
        try (CapturedStep captured = device.repeat(model::step)) {
            for (int run = 0; run < 4; run++) {
                captured.run();
                Tensor changed = model.weight.mul(model.weight);
                Tensor statistics =
                        Tensor.full(device, Shape.of(3), 1).requiresGrad(true).mul(model.runningMean);
                captured.run();
                Tensor upstream = Tensor.full(device, WEIGHT, 1);
                assertThatThrownBy(() -> changed.backward(upstream)).hasMessageContaining("changed in place");
                assertThatThrownBy(() -> statistics.backward(Tensor.full(device, Shape.of(3), 1)))
                        .as("run %d".formatted(run))
                        .hasMessageContaining("changed in place");
            }
        }
    }

    @Test
    void needsNoEnclosingScope() {
        Model model = new Model(4);
        model.prepare(1);
        try (CapturedStep captured = device.repeat(model::step);
                Scope _ = Scope.open()) {
            assertThatThrownBy(captured::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("outside of any scope");
        }
    }

    /** Runs a teacher's forward inside a captured step. */
    @Test
    void gradientsMayBeSwitchedOffInside() {
        Model model = new Model(4);
        List<float[]> teachers = new ArrayList<>();
        try (CapturedStep captured = device.repeat(() -> {
            Tensor teacher;
            try (Scope inner = Scope.withoutGradients()) {
                teacher = inner.keep(model.gamma.scale(2).add(model.gamma));
            }
            List<Tensor> results = new ArrayList<>(model.step());
            results.add(teacher);
            return results;
        })) {
            for (int step = 1; step <= 5; step++) {
                model.prepare(step);
                teachers.add(captured.run().get()[2]);
            }
        }
        assertThat(teachers)
                .hasSize(5)
                .allSatisfy(teacher -> assertThat(teacher).containsOnly(3));
    }

    @Test
    void resultsMayBeReadLate() {
        Model model = new Model(4);
        List<CapturedStep.Results> results = new ArrayList<>();
        try (CapturedStep captured = device.repeat(model::step)) {
            for (int step = 1; step <= 6; step++) {
                model.prepare(step);
                results.add(captured.run());
            }
        }
        Model again = new Model(4);
        try (CapturedStep captured = device.repeat(again::step)) {
            for (int step = 1; step <= 6; step++) {
                again.prepare(step);
                assertThat(captured.run().get())
                        .isDeepEqualTo(results.get(step - 1).get());
            }
        }
    }

    @Test
    void twoSizesWithOtherWorkInBetween() {
        Model plain = new Model(4);
        Model model = new Model(4);
        float[] few = new float[2 * 5 * 4 * 6];
        try (CapturedStep full = device.repeat(model::step)) {
            for (int round = 1; round <= 4; round++) {
                for (Model each : List.of(plain, model)) {
                    each.prepare(round);
                }
                try (Scope _ = Scope.open()) {
                    plain.step();
                }
                full.run();
                // An evaluation between the steps must not use memory that a replay will write.
                Tensor x = Tensor.ofChannelsLast(device, Shape.of(2, 1, 5, 4, 6), few);
                Tensor y = x.conv3d(model.weight.detach(), null, Conv3dOp.padded(1));
                full.run().get();
                assertThat(y.toArray()).containsOnly(0);
                try (Scope _ = Scope.open()) {
                    plain.step();
                }
            }
        }
        assertThat(model.state()).isEqualTo(plain.state());
    }

    @Test
    void freesEverythingAfterGpuMemoryWasFull() {
        assumeTrue(TestGpu.isEmulated(), "only the emulator can be made to fail");
        Tensor one = Tensor.full(device, Shape.of(1), 1);
        CapturedStep.Body body = () -> {
            Tensor.of(device, Shape.of(1), new float[] {2}).add(one);
            return List.of(one);
        };
        try (CapturedStep warmUp = device.repeat(body)) {
            warmUp.run();
            warmUp.run().get();
        }
        Map<String, Long> before = liveButMemory();
        long used = device.usedBytes();
        int failures = 0;
        boolean complete = false;
        while (!complete) {
            CudaEmulator.roomFor(failures);
            try (CapturedStep step = device.repeat(body)) {
                step.run();
                step.run().get();
                complete = true;
            } catch (CudaException e) {
                failures++;
                assertThat(e.getSuppressed()).isEmpty();
            } finally {
                CudaEmulator.roomFor(Long.MAX_VALUE);
            }
            assertThat(liveButMemory()).as("after " + failures + " failures").isEqualTo(before);
            assertThat(device.usedBytes()).isEqualTo(used);
        }
        // Three events and pinned memory for inputs and results for each of two runs, and one stream.
        assertThat(failures).isGreaterThanOrEqualTo(2 * (3 + 2) + 1);
    }

    /** Counts live objects except GPU memory, which the allocator keeps for reuse. */
    private static Map<String, Long> liveButMemory() {
        Map<String, Long> live = new TreeMap<>(CudaEmulator.live());
        live.remove("liveBytes");
        return live;
    }

    @Test
    void replaysNeitherAllocateNorWait() {
        assumeTrue(TestGpu.isEmulated(), "only the emulator counts");
        Model model = new Model(4);
        try (CapturedStep captured = device.repeat(model::step)) {
            for (int step = 1; step <= 3; step++) {
                model.prepare(step);
                captured.run();
            }
            long allocations = CudaEmulator.count("allocations");
            long copies = CudaEmulator.count("synchronousCopies");
            long launches = CudaEmulator.count("launches");
            long graphs = CudaEmulator.count("graphLaunches");
            for (int step = 4; step <= 23; step++) {
                model.prepare(step);
                captured.run();
            }
            assertThat(CudaEmulator.count("allocations")).isEqualTo(allocations);
            assertThat(CudaEmulator.count("synchronousCopies")).isEqualTo(copies);
            assertThat(CudaEmulator.count("launches")).isEqualTo(launches);
            assertThat(CudaEmulator.count("graphLaunches")).isEqualTo(graphs + 20);
        }
    }

    @Test
    void predictionsAreCapturedWithoutGradients() {
        Model model = new Model(4);
        try (CapturedStep captured = device.repeatWithoutGradients(() -> {
            Tensor y = Tensor.ofChannelsLast(device, Shape.of(4, 1, 5, 4, 6), model.volumes)
                    .conv3d(model.weight, null, Conv3dOp.padded(1));
            assertThat(y.node()).isNull();
            return List.of(y.sum());
        })) {
            for (int step = 1; step <= 4; step++) {
                model.prepare(step);
                float actual = captured.run().get()[0][0];
                try (Scope _ = Scope.withoutGradients()) {
                    Tensor x = Tensor.ofChannelsLast(device, Shape.of(4, 1, 5, 4, 6), model.volumes);
                    assertThat(actual)
                            .isEqualTo(x.conv3d(model.weight, null, Conv3dOp.padded(1))
                                    .sum()
                                    .toArray()[0]);
                }
            }
        }
    }

    @Test
    void refusesReadingBackInside() {
        Tensor one = Tensor.full(device, Shape.of(1), 1);
        try (CapturedStep captured = device.repeat(() -> {
            Tensor two = one.add(one);
            two.item();
            return List.of(two);
        })) {
            assertThat(captured.run().get()[0]).containsExactly(2);
            assertThatThrownBy(captured::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("can't be read back inside a captured step");
        }
        // The device stays usable.
        assertThat(one.add(one).item()).isEqualTo(2);
    }
}
