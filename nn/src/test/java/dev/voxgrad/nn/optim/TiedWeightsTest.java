package dev.voxgrad.nn.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.Linear;
import dev.voxgrad.nn.Named;
import dev.voxgrad.nn.Sequential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** Tests that a tensor under two names is one parameter. */
class TiedWeightsTest {
    private static final CpuDevice CPU = new CpuDevice(1);

    @AfterAll
    static void close() {
        CPU.close();
    }

    static List<Device> devices() {
        return List.of(CPU, ReferenceDevice.INSTANCE);
    }

    /** Computes x + w. */
    private record Shift(Tensor weight) implements Layer {
        @Override
        public Tensor forward(Tensor input) {
            return input.add(weight);
        }

        @Override
        public SequencedMap<String, Tensor> ownParameters() {
            return Named.of("weight", weight);
        }
    }

    private static Tensor weight(Device device, int elements) {
        return Tensor.full(device, Shape.of(elements), 1).requiresGrad(true);
    }

    private static Sequential tied(Tensor weight) {
        return new Sequential(new Shift(weight), new Shift(weight));
    }

    private static Map<String, Tensor> underTwoNames(Tensor first, Tensor second) {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        parameters.put("a", first);
        parameters.put("b", second);
        return parameters;
    }

    private static Gradients gradients(Layer net, Tensor weight) {
        return net.forward(Tensor.zeros(weight.device(), weight.shape())).sum().backward();
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("devices")
    void areSteppedOnce(Device device) {
        Tensor weight = weight(device, 1);
        Sequential net = tied(weight);
        for (Map<String, Tensor> parameters : List.of(net.parameters(), underTwoNames(weight, weight))) {
            device.fill(weight.storage(), 1);
            Optimizer optimizer = new Optimizer(new SGD(0.1, 0.9, 0), parameters);
            optimizer.step(gradients(net, weight));
            assertThat(weight.item()).isCloseTo(0.8, within(1e-6));
            assertThat(optimizer.state().keySet())
                    .as("one parameter under its first name")
                    .hasSize(2)
                    .allMatch(name ->
                            name.startsWith(parameters.keySet().iterator().next()));
        }
    }

    /** The gradient is 2 in each of 42 places. */
    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("devices")
    void countOnceInTheNorm(Device device) {
        Tensor weight = weight(device, 42);
        Gradients gradients = gradients(tied(weight), weight);
        double norm = GradientClipping.clipNorm(gradients, List.of(weight, weight), 1);
        assertThat(norm).isCloseTo(12.96, within(0.005));
        assertThat(gradients.of(weight).toArray())
                .containsOnly(gradients.of(weight).toArray()[0]);
        assertThat(GradientClipping.clipNorm(gradients, List.of(weight), 5)).isCloseTo(1, within(1e-5));
    }

    /** Two handles on the same memory are leaves with separate gradients: the sum of these updates the memory, once. */
    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("devices")
    void mayBeTwoHandlesOnOneMemory(Device device) {
        Tensor first = weight(device, 2);
        Tensor second = first.view(Shape.of(2, 1)).requiresGrad(true);
        Layer net = input -> input.add(first).add(second.reshape(Shape.of(2)));
        Gradients gradients =
                net.forward(Tensor.zeros(device, Shape.of(2))).sum().backward();
        assertThat(GradientClipping.clipNorm(gradients, List.of(first, second), 100))
                .isCloseTo(2 * Math.sqrt(2), within(1e-6));
        Optimizer optimizer = new Optimizer(new AdamW(0.1, 0), underTwoNames(first, second));
        optimizer.step(gradients);
        assertThat(first.toArray())
                .as("one step of Adam, as large as its learning rate")
                .usingComparatorWithPrecision(1e-5f)
                .containsExactly(0.9f, 0.9f);
        assertThat(optimizer.state()).containsKeys("a.step", "a.exp_avg").hasSize(3);
        assertThat(optimizer.state().get("a.exp_avg").toString()).contains("[2]");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("devices")
    void areAveragedOnce(Device device) {
        Tensor weight = weight(device, 1);
        Tensor average = weight(device, 1);
        WeightAverage rule = new WeightAverage(0.9, tied(weight), tied(average));
        rule.update();
        device.fill(weight.storage(), 2);
        rule.update();
        assertThat(average.item()).isCloseTo(1.1, within(1e-6));

        Tensor apart = weight(device, 1);
        WeightAverage ofTwo =
                new WeightAverage(0.9, tied(weight), new Sequential(new Shift(average), new Shift(apart)));
        ofTwo.update();
        device.fill(weight.storage(), 3);
        ofTwo.update();
        assertThat(average.item()).isCloseTo(2.1, within(1e-6));
        assertThat(apart.item()).isCloseTo(2.1, within(1e-6));
    }

    @Test
    void refusesAnAverageThatTiesWhatTheNetDoesNot() {
        Tensor average = weight(CPU, 1);
        assertThatThrownBy(() -> new WeightAverage(
                        0.9, new Sequential(new Shift(weight(CPU, 1)), new Shift(weight(CPU, 1))), tied(average)))
                .isInstanceOf(RuntimeException.class)
                .hasMessageContaining("1.weight");
    }

    @Test
    void areListedOnceAndSavedUnderBothNames() {
        Linear shared = new Linear(CPU, 3, 3);
        Sequential net = new Sequential(shared, new Shift(weight(CPU, 3)), shared);
        assertThat(net.parameters()).containsOnlyKeys("0.weight", "0.bias", "1.weight");
        assertThat(net.parameters().values().stream()
                        .mapToLong(p -> p.shape().elements())
                        .sum())
                .isEqualTo(15);
        assertThat(net.stateDict()).containsOnlyKeys("0.weight", "0.bias", "1.weight", "2.weight", "2.bias");
    }
}
