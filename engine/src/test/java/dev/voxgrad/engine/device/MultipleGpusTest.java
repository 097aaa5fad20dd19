package dev.voxgrad.engine.device;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.driver.CudaDriver;
import dev.voxgrad.engine.device.cuda.CapturedStep;
import dev.voxgrad.engine.device.cuda.Precision;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.optim.AdamUpdate;
import dev.voxgrad.engine.optim.TensorUpdate;
import dev.voxgrad.engine.optim.UpdateSlot;
import dev.voxgrad.engine.testing.CudaEmulator;
import dev.voxgrad.engine.testing.Samples;
import dev.voxgrad.engine.testing.TestGpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Uses several GPUs in one process: each computes the same as alone. */
class MultipleGpusTest {
    private static final int STEPS = 5;
    private static final Shape WEIGHT = Shape.of(4, 1, 3, 3, 3);
    private static final Shape LINEAR = Shape.of(3, 4);

    private final List<CudaDevice> opened = new ArrayList<>();

    @BeforeEach
    void emulateTwoGpus() {
        TestGpu.assumeGpus(2);
    }

    @AfterEach
    void close() {
        opened.forEach(CudaDevice::close);
        TestGpu.oneGpu();
    }

    private CudaDevice open(int gpu) {
        CudaDevice device = TestGpu.open(gpu, Precision.FP32);
        opened.add(device);
        return device;
    }

    /** Trains a small net with cuDNN, cuBLAS and our own kernels, on volumes that differ from step to step. */
    private static final class Training {
        private final CudaDevice device;
        private final Tensor weight;
        private final Tensor linear;
        private final Tensor gamma;
        private final Tensor beta;
        private final Tensor mean;
        private final Tensor variance;
        private final List<Tensor> weightState;
        private final List<Tensor> linearState;
        private final float[] volumes = new float[4 * 6 * 5 * 7];
        private final int[] labels = new int[4];
        private final List<Float> losses = new ArrayList<>();
        private int steps;

        Training(CudaDevice device) {
            this.device = device;
            weight = Tensor.of(device, WEIGHT, Samples.gaussian(WEIGHT, 1)).requiresGrad(true);
            linear = Tensor.of(device, LINEAR, Samples.gaussian(LINEAR, 2)).requiresGrad(true);
            gamma = Tensor.full(device, Shape.of(4), 1);
            beta = Tensor.zeros(device, Shape.of(4));
            mean = Tensor.zeros(device, Shape.of(4));
            variance = Tensor.full(device, Shape.of(4), 1);
            weightState = List.of(Tensor.zeros(device, WEIGHT), Tensor.zeros(device, WEIGHT));
            linearState = List.of(Tensor.zeros(device, LINEAR), Tensor.zeros(device, LINEAR));
        }

        Training prepare(int step) {
            double[] values = Samples.gaussian(Shape.of(volumes.length), 50 + step);
            for (int i = 0; i < volumes.length; i++) {
                volumes[i] = (float) values[i];
            }
            Arrays.setAll(labels, i -> (step + i) % 3);
            return this;
        }

        List<Tensor> step() {
            Tensor loss = Tensor.ofChannelsLast(device, Shape.of(labels.length, 1, 6, 5, 7), volumes)
                    .conv3d(weight, null, Conv3dOp.padded(1))
                    .batchNorm(gamma, beta, mean, variance, true, 0.1, 1e-5)
                    .relu()
                    .maxPool3d(Dims3.cube(2), Dims3.cube(2), Dims3.ZERO)
                    .adaptiveAvgPool3d(Dims3.ONE)
                    .flatten(1)
                    .linear(linear)
                    .crossEntropy(labels);
            Gradients gradients = loss.backward();
            device.hostEffect(() -> steps++);
            TensorUpdate.applyAll(
                    List.of(
                            new UpdateSlot(weight, gradients.of(weight), weightState),
                            new UpdateSlot(linear, gradients.of(linear), linearState)),
                    _ -> new AdamUpdate(0.01, 0.9, 0.999, 1e-8, 0.1, true, steps));
            return List.of(loss);
        }

        void stepInPlace() {
            try (Scope _ = Scope.open()) {
                losses.add(step().getFirst().toArray()[0]);
            }
        }

        /** Returns the losses of all steps, and the final state. */
        List<List<Float>> outcome() {
            return List.of(
                    losses,
                    list(weight.toArray()),
                    list(linear.toArray()),
                    list(mean.toArray()),
                    list(variance.toArray()));
        }

        private static List<Float> list(float[] values) {
            List<Float> list = new ArrayList<>();
            for (float value : values) {
                list.add(value);
            }
            return list;
        }
    }

    /** Returns the outcome of a training on one GPU. */
    private List<List<Float>> alone(int gpu) {
        Training training = new Training(open(gpu));
        for (int step = 0; step < STEPS; step++) {
            training.prepare(step).stepInPlace();
        }
        return training.outcome();
    }

    @Test
    void secondGpuComputesTheSame() {
        assertThat(alone(1)).isEqualTo(alone(0));
    }

    @Test
    void oneThreadAlternatesBetweenTwoGpus() {
        List<List<List<Float>>> expected = List.of(alone(0), alone(1));
        List<Training> trainings = List.of(new Training(open(0)), new Training(open(1)));
        for (int step = 0; step < STEPS; step++) {
            for (Training training : trainings) {
                training.prepare(step).stepInPlace();
            }
        }
        assertThat(trainings).extracting(Training::outcome).isEqualTo(expected);
    }

    /** In later rounds only the operation itself calls the driver, since kernels and memory exist already. */
    @Test
    void oneThreadAlternatesForEachOperation() {
        Shape square = Shape.of(6, 6);
        List<Tensor> volumes = new ArrayList<>();
        List<Tensor> matrices = new ArrayList<>();
        List<Tensor> weights = new ArrayList<>();
        List<CapturedStep> captured = new ArrayList<>();
        for (CudaDevice device : List.of(open(0), open(1))) {
            Shape shape = Shape.of(2, 1, 6, 5, 7);
            volumes.add(Tensor.of(device, shape, Samples.gaussian(shape, 2)));
            matrices.add(Tensor.of(device, square, Samples.gaussian(square, 3)));
            weights.add(Tensor.of(device, WEIGHT, Samples.gaussian(WEIGHT, 1)));
            Tensor matrix = matrices.getLast();
            captured.add(device.repeatWithoutGradients(
                    () -> List.of(matrix.add(matrix).sum())));
        }
        for (IntFunction<Tensor> operation : List.<IntFunction<Tensor>>of(
                gpu -> volumes.get(gpu).conv3d(weights.get(gpu), null, Conv3dOp.padded(1)),
                gpu -> matrices.get(gpu).linear(matrices.get(gpu)),
                gpu -> matrices.get(gpu).relu(),
                gpu -> Tensor.zeros(matrices.get(gpu).device(), square))) {
            for (int round = 0; round < 3; round++) {
                try (Scope _ = Scope.withoutGradients()) {
                    Tensor first = operation.apply(0);
                    Tensor second = operation.apply(1);
                    assertThat(second.toArray()).isEqualTo(first.toArray());
                }
            }
        }
        for (int round = 0; round < 4; round++) {
            List<CapturedStep.Results> results =
                    captured.stream().map(CapturedStep::run).toList();
            assertThat(results.getLast().get()).isDeepEqualTo(results.getFirst().get());
        }
        captured.forEach(CapturedStep::close);
    }

    /** Captures and replays steps alternately, and reads results after the other GPU has continued. */
    @Test
    void oneThreadAlternatesReplaysOfTwoGpus() {
        List<List<List<Float>>> expected = List.of(alone(0), alone(1));
        List<Training> trainings = List.of(new Training(open(0)), new Training(open(1)));
        try (CapturedStep first = trainings.getFirst().device.repeat(trainings.getFirst()::step);
                CapturedStep second = trainings.getLast().device.repeat(trainings.getLast()::step)) {
            for (int step = 0; step < STEPS; step++) {
                trainings.getFirst().prepare(step);
                CapturedStep.Results ofFirst = first.run();
                trainings.getLast().prepare(step);
                CapturedStep.Results ofSecond = second.run();
                trainings.getFirst().losses.add(ofFirst.get()[0][0]);
                trainings.getLast().losses.add(ofSecond.get()[0][0]);
            }
        }
        assertThat(trainings).extracting(Training::outcome).isEqualTo(expected);
    }

    @Test
    void twoThreadsUseOneGpuEach() throws Exception {
        List<List<List<Float>>> expected = List.of(alone(0), alone(1));
        List<CudaDevice> devices = List.of(open(0), open(1));
        CyclicBarrier eachStep = new CyclicBarrier(2);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<List<List<Float>>>> outcomes = devices.stream()
                    .map(device -> threads.submit(() -> {
                        Training training = new Training(device);
                        try (CapturedStep captured = device.repeat(training::step)) {
                            for (int step = 0; step < STEPS; step++) {
                                eachStep.await();
                                training.prepare(step);
                                training.losses.add(captured.run().get()[0][0]);
                            }
                        }
                        return training.outcome();
                    }))
                    .toList();
            assertThat(List.of(outcomes.getFirst().get(), outcomes.getLast().get()))
                    .isEqualTo(expected);
        }
    }

    @Test
    void freshThreadMayReadResults() throws Exception {
        CudaDevice device = open(1);
        Tensor three = Tensor.full(device, Shape.of(1), 3);
        try (CapturedStep captured = device.repeat(() -> List.of(three.add(three)));
                ExecutorService thread = Executors.newSingleThreadExecutor()) {
            CapturedStep.Results results = captured.run();
            assertThat(thread.submit(results::get).get()[0]).containsExactly(6);
        }
    }

    @Test
    void countsMemoryPerGpu() {
        CudaDevice device = open(1);
        long free = CudaDriver.of(1).freeBytes();
        long freeOnFirst = CudaDriver.of(0).freeBytes();
        Tensor tensor = Tensor.zeros(device, Shape.of(16 << 20));
        assertThat(CudaDriver.of(1).freeBytes()).isLessThanOrEqualTo(free - (64 << 20));
        if (TestGpu.isEmulated()) { // on a real GPU, other processes may be running
            assertThat(CudaDriver.of(0).freeBytes()).isEqualTo(freeOnFirst);
        }
        assertThat(tensor.toArray()).containsOnly(0);
    }

    @Test
    void devicesAreNamedByNumber() {
        CudaDevice first = open(0);
        CudaDevice second = open(1);
        assertThat(first.name()).isEqualTo("cuda:0");
        assertThat(second.name()).isEqualTo("cuda:1");
        assertThat(second.description())
                .startsWith("cuda:1: " + CudaDriver.of(1).name() + ", ");
        try (CudaDevice another = second.another()) {
            assertThat(another.name()).isEqualTo("cuda:1");
            assertThat(another.driver()).isSameAs(second.driver());
        }
        for (String name : List.of("cuda", "cuda:0", "cuda:1")) {
            assertThat(Devices.find(name, Devices.Settings.DEFAULT))
                    .isInstanceOfSatisfying(Availability.Available.class, available -> {
                        opened.add((CudaDevice) available.device());
                        assertThat(available.device().name()).isEqualTo(name.equals("cuda") ? "cuda:0" : name);
                    });
        }
    }

    /** A context takes a few hundred MiB of a GPU, which another process may need. */
    @Test
    void doesNotTouchOtherGpus() {
        assumeTrue(TestGpu.isEmulated(), "only the emulator counts contexts");
        CudaEmulator.gpus(8);
        long before = CudaEmulator.count("liveContexts");
        assertThat(Devices.find("cuda:7", Devices.Settings.DEFAULT))
                .isInstanceOfSatisfying(
                        Availability.Available.class, available -> opened.add((CudaDevice) available.device()));
        assertThat(CudaEmulator.count("liveContexts")).isEqualTo(before + 1);
    }

    @Test
    void missingGpuErrorListsAvailableGpus() {
        assumeTrue(TestGpu.isEmulated(), "the names are those of emulated GPUs");
        String shown = System.getenv("CUDA_VISIBLE_DEVICES") == null ? "" : " (as limited by CUDA_VISIBLE_DEVICES)";
        assertThatThrownBy(() -> Devices.find("cuda:3", Devices.Settings.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("device cuda:3: this machine has 2 GPUs, "
                        + "cuda:0 (Emulated GPU) and cuda:1 (Emulated GPU)" + shown);
        CudaEmulator.gpus(1);
        assertThatThrownBy(() -> Devices.find("cuda:3", Devices.Settings.DEFAULT))
                .hasMessage("device cuda:3: this machine has 1 GPU, cuda:0 (Emulated GPU)" + shown);
        CudaEmulator.gpus(3);
        assertThatThrownBy(() -> Devices.find("cuda:3", Devices.Settings.DEFAULT))
                .hasMessageContaining("3 GPUs, cuda:0 (Emulated GPU), cuda:1 (Emulated GPU) and cuda:2 (Emulated GPU)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cuda:", "cuda:x", "cuda:-1", "cuda:1.0", "cuda: 1", "cuda:99999", "cuda1", "cudas"})
    void invalidGpuNameErrorExplainsNames(String name) {
        assertThatThrownBy(() -> Devices.find(name, Devices.Settings.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("device: '" + name + "' is not a valid GPU name; "
                        + "cuda:0 is the first GPU, cuda:1 the second, and cuda is short for cuda:0");
        assertThat(Devices.isName(name)).isFalse();
    }

    @Test
    void recognisesNamesOfOneKind() {
        assertThat(Devices.areOfAKind("cuda", "cuda:1")).isTrue();
        assertThat(Devices.areOfAKind("cuda:0", "cuda:1")).isTrue();
        assertThat(Devices.areOfAKind("cpu", "cpu")).isTrue();
        assertThat(Devices.areOfAKind("cpu", "cuda:1")).isFalse();
        assertThat(List.of("cpu", "cuda", "cuda:12", "reference")).allMatch(Devices::isName);
    }
}
