package dev.voxgrad.nn.optim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.nn.Initialization;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.StateMismatchException;
import dev.voxgrad.nn.testing.TestNets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class WeightAverageTest {
    private static final double DECAY = 0.9;
    private static final int STEPS = 5;

    private static Layer net(Device device) {
        return TestNets.net(device, 1, 2, 1, 2);
    }

    private static void step(Device device, Layer net, Optimizer optimizer, int step) {
        double[] values = new double[4 * 64];
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.sin(i * (step + 1));
        }
        try (var _ = Scope.open()) {
            Tensor x = Tensor.of(device, Shape.of(4, 1, 4, 4, 4), values);
            optimizer.step(net.forward(x).crossEntropy(0, 1, 1, 0).backward());
        }
    }

    private static float[] floats(NamedTensor tensor) {
        return ((NamedTensor.Floats) tensor).values();
    }

    /** The average starts as the weights after the first step; then it is δ·a + (1 − δ)·p after each step. */
    @Test
    void averagesParametersAndCopiesTheRest() {
        Device device = ReferenceDevice.INSTANCE;
        Layer net = net(device);
        Initialization.apply(net, 1);
        Optimizer optimizer = new Optimizer(new AdamW(0.05, 0), net.parameters());
        WeightAverage average = new WeightAverage(DECAY, net, net(device));
        List<SequencedMap<String, NamedTensor>> states = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            step(device, net, optimizer, step);
            average.update();
            states.add(net.stateDict());
        }
        Map<String, NamedTensor> averaged = average.averaged().stateDict();
        int parameters = 0;
        for (String name : averaged.keySet()) {
            if (!net.parameters().containsKey(name)) {
                assertThat(averaged.get(name))
                        .as("a buffer or counter")
                        .isEqualTo(states.getLast().get(name));
                continue;
            }
            float[] found = floats(averaged.get(name));
            for (int i = 0; i < found.length; i++) {
                double expected = floats(states.getFirst().get(name))[i];
                for (var state : states.subList(1, STEPS)) {
                    expected = DECAY * expected + (1 - DECAY) * floats(state.get(name))[i];
                }
                assertThat((double) found[i]).as(name).isCloseTo(expected, within(1e-6 * (1 + Math.abs(expected))));
            }
            parameters++;
        }
        assertThat(parameters).isEqualTo(net.parameters().size()).isLessThan(averaged.size());
        assertThat(averaged).isNotEqualTo(net.stateDict());
    }

    @Test
    void resumesFromItsState() {
        try (CpuDevice device = new CpuDevice(1)) {
            Layer net = net(device);
            Initialization.apply(net, 1);
            Optimizer optimizer = new Optimizer(new AdamW(0.05, 0), net.parameters());
            WeightAverage whole = new WeightAverage(DECAY, net, net(device));
            step(device, net, optimizer, 0);
            whole.update();
            assertThat(whole.averaged().stateDict())
                    .as("the first update copies")
                    .isEqualTo(net.stateDict());
            WeightAverage resumed = new WeightAverage(DECAY, net, net(device));
            resumed.loadState(whole.state());
            step(device, net, optimizer, 1);
            whole.update();
            resumed.update();
            assertThat(resumed.state()).isEqualTo(whole.state()).containsKey("n_averaged");
            assertThat(whole.averaged().stateDict()).isNotEqualTo(net.stateDict());
        }
    }

    @Test
    void reportsMismatchedNets() {
        Layer net = net(ReferenceDevice.INSTANCE);
        for (double decay : new double[] {-0.1, 1, Double.NaN}) {
            assertThatThrownBy(() -> new WeightAverage(decay, net, net(ReferenceDevice.INSTANCE)))
                    .hasMessage("average: decay is " + decay + ", expected at least 0 and less than 1");
        }
        WeightAverage average = new WeightAverage(0.5, net, net(ReferenceDevice.INSTANCE));
        assertThatThrownBy(() -> average.loadState(net.stateDict()))
                .isInstanceOf(StateMismatchException.class)
                .hasMessageContaining("n_averaged");
    }
}
