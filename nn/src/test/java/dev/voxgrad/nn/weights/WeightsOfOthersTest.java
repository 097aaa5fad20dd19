package dev.voxgrad.nn.weights;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.nn.Initialization;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.Sequential;
import dev.voxgrad.nn.testing.TestNets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Loads files that PyTorch's wrappers and other exporters write. */
class WeightsOfOthersTest {
    private static final String COUNTER = "num_batches_tracked";

    @TempDir
    private Path folder;

    private SequencedMap<String, NamedTensor> state;
    private Sequential net;

    @BeforeEach
    void makeNets() {
        Sequential trained = net();
        Initialization.apply(trained, 5);
        trained.counters().values().forEach(counter -> counter.set(12));
        state = trained.stateDict();
        net = net();
    }

    private static Sequential net() {
        return TestNets.net(ReferenceDevice.INSTANCE, 1, 4, 1, 2);
    }

    private Path file(SequencedMap<String, NamedTensor> tensors) {
        Path file = folder.resolve("other.safetensors");
        new WeightsFile(tensors).write(file);
        return file;
    }

    private SequencedMap<String, NamedTensor> renamed(UnaryOperator<String> rule) {
        SequencedMap<String, NamedTensor> renamed = new LinkedHashMap<>();
        state.forEach((name, tensor) -> renamed.put(
                rule.apply(name),
                switch (tensor) {
                    case NamedTensor.Floats floats ->
                        new NamedTensor.Floats(rule.apply(name), floats.shape(), floats.values());
                    case NamedTensor.Longs longs ->
                        new NamedTensor.Longs(rule.apply(name), longs.shape(), longs.values());
                }));
        return renamed;
    }

    @Test
    void adaptsNothingIfNothingIsNeeded() {
        Adaptation adaptation = WeightsFile.load(net, file(state));
        assertThat(adaptation.isNone()).isTrue();
        assertThat(adaptation).hasToString("nothing was adapted");
        assertThat(net.stateDict()).isEqualTo(state);
    }

    @ParameterizedTest
    @ValueSource(strings = {"module.", "model.", "net.", "_orig_mod.", "module._orig_mod.", "ema.module.", "layer1."})
    void removesAPrefixOfAllNames(String prefix) {
        Adaptation adaptation = WeightsFile.load(net, file(renamed(name -> prefix + name)));
        assertThat(adaptation.prefix()).isEqualTo(prefix);
        assertThat(adaptation).hasToString("the prefix '" + prefix + "' was removed from all names");
        assertThat(net.stateDict()).isEqualTo(state);
    }

    @Test
    void printsNoControlCharacters() {
        Adaptation adaptation = WeightsFile.load(net, file(renamed(name -> "\u001b[2J\u009b\u202e\n." + name)));
        assertThat(adaptation).hasToString("the prefix ' [2J .' was removed from all names");
        assertThat(net.stateDict()).isEqualTo(state);
    }

    @Test
    @Timeout(60)
    void isFastForNamesWithManyParts() {
        String prefix = "a.".repeat(20_000);
        SequencedMap<String, NamedTensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < 300; i++) {
            put(tensors, new NamedTensor.Floats(prefix + i, Shape.of(1), new float[1]));
        }
        Path file = file(tensors);
        assertThatThrownBy(() -> WeightsFile.load(net, file))
                .isInstanceOf(WeightsFileException.class)
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(3000));
    }

    @Test
    void removesNoPrefixOfSomeNames() {
        Path file = file(renamed(name -> name.startsWith("fc") ? name : "module." + name));
        assertThatThrownBy(() -> WeightsFile.load(net, file))
                .isInstanceOf(WeightsFileException.class)
                .hasMessageContaining("unexpected (module.layer1.0.weight");
        assertThat(net.stateDict()).isEqualTo(net().stateDict());
    }

    @Test
    void keepsItsCountersIfTheFileHasNone() {
        SequencedMap<String, NamedTensor> without = new LinkedHashMap<>(state);
        without.keySet().removeIf(name -> name.endsWith(COUNTER));
        net.counters().get("layer1.4." + COUNTER).set(3);
        Adaptation adaptation = WeightsFile.load(net, file(without));
        assertThat(adaptation.absentCounters()).containsExactly("layer1.1." + COUNTER, "layer1.4." + COUNTER);
        assertThat(adaptation.toString()).startsWith("2 counters of batches");
        SequencedMap<String, NamedTensor> expected = new LinkedHashMap<>(state);
        expected.put("layer1.1." + COUNTER, new NamedTensor.Longs("layer1.1." + COUNTER, 0));
        expected.put("layer1.4." + COUNTER, new NamedTensor.Longs("layer1.4." + COUNTER, 3));
        assertThat(net.stateDict()).isEqualTo(expected);
    }

    /** PyTorch's half() converts the whole state, including the counters, which may overflow. */
    @Test
    void readsCountersThatAreFloats() {
        SequencedMap<String, NamedTensor> floats = new LinkedHashMap<>(state);
        put(floats, new NamedTensor.Floats("layer1.1." + COUNTER, Shape.of(1), new float[] {12}));
        put(floats, new NamedTensor.Floats("layer1.4." + COUNTER, Shape.of(), new float[] {Float.POSITIVE_INFINITY}));
        Adaptation adaptation = WeightsFile.load(net, file(floats));
        assertThat(adaptation.absentCounters()).containsExactly("layer1.4." + COUNTER);
        assertThat(net.counters().get("layer1.1." + COUNTER).value()).isEqualTo(12);
        assertThat(net.counters().get("layer1.4." + COUNTER).value()).isZero();
    }

    private static void put(SequencedMap<String, NamedTensor> tensors, NamedTensor tensor) {
        tensors.put(tensor.name(), tensor);
    }

    @Test
    void stillRefusesMissingWeights() {
        for (String name : new String[] {"fc.2.bias", "layer1.1.running_var"}) {
            SequencedMap<String, NamedTensor> without = renamed(n -> "module." + n);
            without.remove("module." + name);
            Path file = file(without);
            assertThatThrownBy(() -> WeightsFile.load(net, file))
                    .isInstanceOf(WeightsFileException.class)
                    .hasMessageContaining("1 missing (" + name);
        }
    }

    @Test
    void refusesAnEmptyFile() {
        Path file = file(new LinkedHashMap<>());
        assertThatThrownBy(() -> WeightsFile.load(net, file))
                .isInstanceOf(WeightsFileException.class)
                .hasMessageContaining("missing (layer1.0.weight");
    }
}
