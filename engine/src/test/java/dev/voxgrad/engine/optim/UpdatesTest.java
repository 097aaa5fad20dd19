package dev.voxgrad.engine.optim;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.testing.DeviceAgreement;
import dev.voxgrad.engine.testing.OnEveryDevice;
import dev.voxgrad.engine.testing.Samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/**
 * Compares the fused steps of optimizers on every device with the reference, and with formulas that are written out
 * here.
 */
@Tag("kernels")
class UpdatesTest {
    private static final int STEPS = 5;
    private static final int[] SIZES = {1, 4, 15, 16, 17, 31, 33, 1000, 16_401};

    /** Performs step number {@code step} of an optimizer with the two state tensors. */
    private interface Update {
        void apply(int step, Tensor parameter, Tensor gradient, Tensor state1, Tensor state2);
    }

    private static final List<Update> UPDATES = List.of(
            (t, p, g, m, v) -> new AdamUpdate(1e-2, 0.9, 0.999, 1e-8, 0.1, true, t).apply(p, g, m, v),
            (t, p, g, m, v) -> new AdamUpdate(1e-2, 0.8, 0.99, 1e-6, 0.1, false, t).apply(p, g, m, v),
            (t, p, g, m, v) -> new SgdUpdate(1e-2, 0, 0.1, false).apply(p, g, null),
            (t, p, g, m, v) -> new SgdUpdate(1e-2, 0.9, 0.1, false).apply(p, g, m),
            (t, p, g, m, v) -> new SgdUpdate(1e-2, 0.9, 0.1, true).apply(p, g, m),
            (t, p, g, m, v) -> new AverageUpdate(0.9).apply(p, g),
            (t, p, g, m, v) -> new AverageUpdate(0.3).apply(p, g));

    /** Returns the parameter and the two state tensors after five steps with five different gradients. */
    private static Tensor[] run(Device device, Update update, int n) {
        Shape shape = Shape.of(n);
        Tensor parameter = Tensor.of(device, shape, Samples.gaussian(shape, 1));
        Tensor state1 = Tensor.zeros(device, shape);
        Tensor state2 = Tensor.zeros(device, shape);
        for (int step = 1; step <= STEPS; step++) {
            Tensor gradient = Tensor.of(device, shape, Samples.gaussian(shape, 10 + step));
            update.apply(step, parameter, gradient, state1, state2);
        }
        return new Tensor[] {parameter, state1, state2};
    }

    @OnEveryDevice
    void agreesWithTheReferenceOverSeveralSteps(Device device) {
        int compared = 0;
        for (Update update : UPDATES) {
            for (int n : SIZES) {
                Tensor[] expected = run(ReferenceDevice.INSTANCE, update, n);
                Tensor[] actual = run(device, update, n);
                for (int i = 0; i < 3; i++) {
                    DeviceAgreement.assertClose(
                            "tensor " + i, expected[i].toDoubleArray(), actual[i].toDoubleArray(), STEPS);
                    compared++;
                }
            }
        }
        assertThat(compared).isEqualTo(7 * 9 * 3);
    }

    @Test
    void bitsDoNotDependOnTheNumberOfThreads() {
        try (CpuDevice one = new CpuDevice(1);
                CpuDevice three = new CpuDevice(3)) {
            for (Update update : UPDATES) {
                Tensor[] expected = run(one, update, 100_003);
                Tensor[] actual = run(three, update, 100_003);
                for (int i = 0; i < 3; i++) {
                    assertThat(actual[i].toArray()).isEqualTo(expected[i].toArray());
                }
            }
        }
    }

    /** For a single value only the scalar tail runs; in a longer array the same value is part of a vector. */
    @Test
    void scalarTailEqualsVectorsBitForBit() {
        try (CpuDevice cpu = new CpuDevice(1)) {
            for (Update update : UPDATES) {
                float[] inVectors = run(cpu, update, 64)[0].toArray();
                for (int n : new int[] {1, 3, 15, 17, 63}) {
                    assertThat(run(cpu, update, n)[0].toArray()).isEqualTo(Arrays.copyOf(inVectors, n));
                }
            }
        }
    }

    @Test
    void adamFollowsItsFormula() {
        double p = 0.5;
        double m = 0;
        double v = 0;
        Tensor parameter = Tensor.of(ReferenceDevice.INSTANCE, Shape.of(1), p);
        Tensor mean = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(1));
        Tensor square = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(1));
        for (int t = 1; t <= STEPS; t++) {
            double gradient = 0.3 - 0.2 * t;
            new AdamUpdate(0.01, 0.9, 0.999, 1e-8, 0.1, false, t)
                    .apply(parameter, Tensor.of(ReferenceDevice.INSTANCE, Shape.of(1), gradient), mean, square);
            double g = gradient + 0.1 * p;
            m = 0.9 * m + 0.1 * g;
            v = 0.999 * v + 0.001 * g * g;
            double meanCorrected = m / (1 - Math.pow(0.9, t));
            double squareCorrected = v / (1 - Math.pow(0.999, t));
            p -= 0.01 * meanCorrected / (Math.sqrt(squareCorrected) + 1e-8);
            assertThat(parameter.item()).isCloseTo(p, within(1e-12));
        }
    }

    /** Decoupled decay in the first step: p·(1 − η·λ) − η·sign(g), up to ε. */
    @Test
    void adamWFollowsItsFormula() {
        Tensor parameter = Tensor.of(ReferenceDevice.INSTANCE, Shape.of(2), 0.5, -2.0);
        Tensor gradient = Tensor.of(ReferenceDevice.INSTANCE, Shape.of(2), 3.0, -7.0);
        Tensor mean = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(2));
        Tensor square = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(2));
        new AdamUpdate(0.01, 0.9, 0.999, 0, 0.1, true, 1).apply(parameter, gradient, mean, square);
        assertThat(parameter.toDoubleArray()[0]).isCloseTo(0.5 * 0.999 - 0.01, within(1e-12));
        assertThat(parameter.toDoubleArray()[1]).isCloseTo(-2.0 * 0.999 + 0.01, within(1e-12));
        assertThat(mean.toDoubleArray()[0]).isCloseTo(0.3, within(1e-12));
        assertThat(square.toDoubleArray()[1]).isCloseTo(0.049, within(1e-12));
    }

    @Test
    void sgdFollowsItsFormula() {
        for (boolean nesterov : new boolean[] {false, true}) {
            double p = 0.5;
            double b = 0;
            Tensor parameter = Tensor.of(ReferenceDevice.INSTANCE, Shape.of(1), p);
            Tensor velocity = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(1));
            for (int t = 1; t <= STEPS; t++) {
                double gradient = 0.3 - 0.2 * t;
                new SgdUpdate(0.01, 0.9, 0.1, nesterov)
                        .apply(parameter, Tensor.of(ReferenceDevice.INSTANCE, Shape.of(1), gradient), velocity);
                double g = gradient + 0.1 * p;
                b = t == 1 ? g : 0.9 * b + g;
                p -= 0.01 * (nesterov ? g + 0.9 * b : b);
                assertThat(parameter.item()).isCloseTo(p, within(1e-12));
            }
        }
    }

    @Test
    void averageFollowsItsFormula() {
        Tensor average = Tensor.of(ReferenceDevice.INSTANCE, Shape.of(2), 1.0, -2.0);
        new AverageUpdate(0.75).apply(average, Tensor.of(ReferenceDevice.INSTANCE, Shape.of(2), 3.0, 2.0));
        assertThat(average.toDoubleArray()).containsExactly(1.5, -1);
        assertThatThrownBy(() -> new AverageUpdate(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("average: decay is 1.0, expected at least 0 and less than 1");
    }

    /** Decay 0 copies bit for bit, and the average of equal values is that value, bit for bit, for any decay. */
    @OnEveryDevice
    void averagesOfEqualValuesAreExact(Device device) {
        for (int n : SIZES) {
            Shape shape = Shape.of(n);
            Tensor value = Tensor.of(device, shape, Samples.gaussian(shape, 2));
            Tensor average = Tensor.of(device, shape, Samples.gaussian(shape, 3));
            new AverageUpdate(0).apply(average, value);
            assertThat(average.toArray()).containsExactly(value.toArray());
            for (double decay : new double[] {0.1, 0.5, 0.9, 0.9999}) {
                new AverageUpdate(decay).apply(average, value);
                assertThat(average.toArray()).containsExactly(value.toArray());
            }
        }
    }

    @Test
    void reportsMismatchedShapes() {
        Tensor parameter = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(2));
        Tensor wrong = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(3));
        assertThatThrownBy(() -> new SgdUpdate(1, 0, 0, false).apply(parameter, wrong, null))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("sgd")
                .hasMessageContaining("gradient [3]");
        assertThatThrownBy(() -> new AdamUpdate(1, 0.9, 0.9, 0, 0, true, 1).apply(parameter, parameter, wrong, wrong))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("mean [3]");
        assertThatThrownBy(() -> new AverageUpdate(0.5).apply(parameter, wrong))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("average")
                .hasMessageContaining("value [3]");
        Shape cube = Shape.of(2, 2, 2, 2, 2);
        Tensor rows = Tensor.empty(ReferenceDevice.INSTANCE, cube, Layout.ROW_MAJOR);
        Tensor channels = Tensor.empty(ReferenceDevice.INSTANCE, cube, Layout.CHANNELS_LAST);
        assertThatThrownBy(() -> new SgdUpdate(1, 0, 0, false).apply(rows, channels, null))
                .hasMessageContaining("CHANNELS_LAST");
    }

    /** The rule decides what is computed, on each device, and never the number of state tensors. */
    @OnEveryDevice(reference = true)
    void refusesAWrongNumberOfStateTensors(Device device) {
        Tensor p = Tensor.full(device, Shape.of(2), 1);
        Tensor g = Tensor.full(device, Shape.of(2), 1);
        Tensor s = Tensor.zeros(device, Shape.of(2));
        TensorUpdate adam = new AdamUpdate(0.1, 0.9, 0.9, 0, 0, true, 1);
        TensorUpdate plain = new SgdUpdate(0.1, 0, 0, false);
        TensorUpdate momentum = new SgdUpdate(0.1, 0.9, 0, false);
        int refused = 0;
        for (TensorUpdate update : List.of(adam, plain, momentum)) {
            for (List<Tensor> state : List.of(List.<Tensor>of(), List.of(s), List.of(s, s.emptyLike()))) {
                if (state.size() == update.stateNames().size()) {
                    continue;
                }
                assertThatThrownBy(() -> TensorUpdate.applyAll(List.of(new UpdateSlot(p, g, state)), _ -> update))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageStartingWith(update.name())
                        .hasMessageContaining(state.size() + " state tensors");
                refused++;
            }
        }
        assertThat(refused).isEqualTo(6);
        assertThat(p.toArray()).containsOnly(1);
        Tensor wrong = Tensor.zeros(device, Shape.of(3));
        assertThatThrownBy(() -> TensorUpdate.applyAll(List.of(new UpdateSlot(p, g, List.of(wrong))), _ -> momentum))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("velocity [3]");
    }

    /** A single launch runs one kernel; rules may differ only if each slot is updated separately. */
    @OnEveryDevice(reference = true)
    void neverConfusesRules(Device device) {
        Tensor a = Tensor.full(device, Shape.of(2), 1);
        Tensor b = Tensor.full(device, Shape.of(2), 1);
        Tensor g = Tensor.full(device, Shape.of(2), 1);
        List<UpdateSlot> slots = List.of(
                new UpdateSlot(a, g, List.of()), new UpdateSlot(b, g, List.of(Tensor.zeros(device, Shape.of(2)))));
        IntFunction<TensorUpdate> update = i -> new SgdUpdate(0.1, i == 0 ? 0 : 0.9, 0, false);
        if (device instanceof CudaDevice) {
            assertThatThrownBy(() -> TensorUpdate.applyAll(slots, update)).hasMessageContaining("state tensors");
            List<UpdateSlot> twice = List.of(slots.getLast(), slots.getLast());
            assertThatThrownBy(() -> TensorUpdate.applyAll(
                            twice,
                            i -> i == 0
                                    ? new SgdUpdate(0.1, 0.9, 0, false)
                                    : new AdamUpdate(1, 0.9, 0.9, 0, 0, true, 1)))
                    .hasMessageContaining("another rule");
        } else {
            TensorUpdate.applyAll(slots, update);
            assertThat(a.toArray()).containsOnly(0.9f);
            assertThat(b.toArray()).containsOnly(0.9f);
        }
    }

    @OnEveryDevice(reference = true)
    void clipsADuplicateGradientOnce(Device device) {
        Tensor g = Tensor.of(device, Shape.of(2), 3.0, 4.0);
        GradientMath.clipNorm(List.of(g, g, g.detach()), 1);
        assertThat(g.toArray()).usingComparatorWithPrecision(1e-5f).containsExactly(0.6f, 0.8f);
    }

    @OnEveryDevice
    void gradientMathAgreesWithTheReference(Device device) {
        for (int n : SIZES) {
            Shape shape = Shape.of(n);
            double[] values = Samples.gaussian(shape, n);
            Tensor gradient = Tensor.of(device, shape, values);
            Tensor expected = Tensor.of(ReferenceDevice.INSTANCE, shape, values);
            double sum = GradientMath.sumOfSquares(expected);
            assertThat(GradientMath.sumOfSquares(gradient)).isCloseTo(sum, within(1e-12 * sum));
            for (Tensor tensor : List.of(gradient, expected)) {
                GradientMath.scale(tensor, 0.7);
                GradientMath.clamp(tensor, 0.5);
            }
            DeviceAgreement.assertClose("scaled and clamped", expected.toDoubleArray(), gradient.toDoubleArray(), 1);
        }
        Tensor nan = Tensor.of(device, Shape.of(3), Double.NaN, 9.0, -9.0);
        GradientMath.clamp(nan, 2);
        assertThat(nan.toArray()).containsExactly(Float.NaN, 2, -2);
    }
}
