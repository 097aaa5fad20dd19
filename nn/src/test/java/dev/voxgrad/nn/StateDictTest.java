package dev.voxgrad.nn;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.nn.testing.TestNets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class StateDictTest {
    private static Sequential net() {
        Sequential net = TestNets.net(ReferenceDevice.INSTANCE, 2, 2, 1, 3);
        Initialization.apply(net, 1);
        return net;
    }

    @Test
    void namesShapesAndOrderMatchPyTorch() {
        assertThat(net().stateDict().values().stream().limit(14).map(NamedTensor::toString))
                .containsExactly(
                        "layer1.0.weight float32 [2,1,3,3,3]",
                        "layer1.0.bias float32 [2]",
                        "layer1.1.weight float32 [2]",
                        "layer1.1.bias float32 [2]",
                        "layer1.1.running_mean float32 [2]",
                        "layer1.1.running_var float32 [2]",
                        "layer1.1.num_batches_tracked int64 []",
                        "layer1.3.weight float32 [2,2,3,3,3]",
                        "layer1.3.bias float32 [2]",
                        "layer1.4.weight float32 [2]",
                        "layer1.4.bias float32 [2]",
                        "layer1.4.running_mean float32 [2]",
                        "layer1.4.running_var float32 [2]",
                        "layer1.4.num_batches_tracked int64 []");
        assertThat(net().stateDict().keySet())
                .hasSize(2 * 14 + 4)
                .endsWith("layer2.4.num_batches_tracked", "fc.0.weight", "fc.0.bias", "fc.2.weight", "fc.2.bias");
        assertThat(net().parameters()).hasSize(2 * 8 + 4).containsKeys("layer2.3.weight", "fc.2.bias");
        assertThat(net().buffers()).hasSize(2 * 4).containsKeys("layer2.4.running_var");
    }

    @Test
    void writesBackWhatWasRead() {
        Sequential from = net();
        Sequential to = TestNets.net(ReferenceDevice.INSTANCE, 2, 2, 1, 3);
        SequencedMap<String, NamedTensor> state = from.stateDict();
        String counter = "layer1.1.num_batches_tracked";
        state.put(counter, new NamedTensor.Longs(counter, 5_000_000_000L));
        to.loadStateDict(state);
        assertThat(to.stateDict()).isEqualTo(state);
    }

    @Test
    void listsMisfitsAndChangesNothing() {
        Sequential net = net();
        SequencedMap<String, NamedTensor> before = net.stateDict();
        SequencedMap<String, NamedTensor> other = new LinkedHashMap<>();
        before.forEach((name, tensor) -> other.put(name, changed(tensor)));
        other.remove("layer1.0.weight");
        other.put("layer9.0.weight", new NamedTensor.Floats("layer9.0.weight", Shape.of(1), new float[1]));
        other.put("fc.2.bias", new NamedTensor.Floats("fc.2.bias", Shape.of(11), new float[11]));
        other.put("fc.0.bias", new NamedTensor.Longs("fc.0.bias", Shape.of(4), new long[4]));
        assertThatThrownBy(() -> net.loadStateDict(other))
                .isInstanceOf(StateMismatchException.class)
                .hasMessage("saved tensors do not fit, nothing was loaded: 1 missing (layer1.0.weight [2,1,3,3,3]); "
                        + "1 unexpected (layer9.0.weight [1]); 2 of the wrong form (fc.0.bias is of integers, expected "
                        + "floats, fc.2.bias is [11], expected [3])");
        assertThat(net.stateDict()).isEqualTo(before);
    }

    @Test
    void shortensLongListsOfMisfits() {
        Sequential net = net();
        assertThatThrownBy(() -> net.loadStateDict(new LinkedHashMap<>()))
                .hasMessageContaining("32 missing (layer1.0.weight")
                .hasMessageContaining("and 24 more)");
    }

    @Test
    void loadsWhatFitsAndReportsTheRest() {
        Sequential from = net();
        SequencedMap<String, NamedTensor> state = from.stateDict();
        NamedTensor extra = new NamedTensor.Floats("extra", Shape.of(1), new float[1]);
        state.put("extra", extra);
        state.remove("fc.2.bias");
        Sequential to = TestNets.net(ReferenceDevice.INSTANCE, 2, 2, 1, 3);
        NamedTensor kept = to.stateDict().get("fc.2.bias");
        StateDict.LeftOut leftOut = to.loadStateDict(state, false);
        assertThat(leftOut).isEqualTo(new StateDict.LeftOut(List.of("fc.2.bias"), List.of("extra")));
        assertThat(leftOut.isNone()).isFalse();
        state.remove("extra");
        state.put("fc.2.bias", kept);
        assertThat(to.stateDict()).isEqualTo(state);
        assertThat(to.loadStateDict(from.stateDict(), true).isNone()).isTrue();
        assertThat(to.stateDict()).isEqualTo(from.stateDict());
    }

    @Test
    void refusesOtherShapesEvenIfNotStrict() {
        Sequential net = net();
        SequencedMap<String, NamedTensor> before = net.stateDict();
        SequencedMap<String, NamedTensor> other = new LinkedHashMap<>();
        other.put("fc.0.bias", changed(before.get("fc.0.bias")));
        other.put("fc.2.bias", new NamedTensor.Floats("fc.2.bias", Shape.of(11), new float[11]));
        assertThatThrownBy(() -> net.loadStateDict(other, false))
                .isInstanceOf(StateMismatchException.class)
                .hasMessageContaining("fc.2.bias is [11], expected [3]");
        assertThat(net.stateDict()).isEqualTo(before);
    }

    @Test
    void tiedWeightsHaveTwoNamesAndOneValue() {
        Linear shared = new Linear(ReferenceDevice.INSTANCE, 2, 2);
        BatchNorm3d norm = new BatchNorm3d(ReferenceDevice.INSTANCE, 1);
        Sequential net = new Sequential(shared, norm, shared, norm);
        Initialization.apply(net, 1);
        SequencedMap<String, NamedTensor> state = net.stateDict();
        assertThat(state).containsKeys("0.weight", "2.weight", "1.running_mean", "3.running_mean");
        assertThat(state.get("2.weight").sameValues(state.get("0.weight"))).isTrue();
        net.loadStateDict(state);
        for (String name : List.of("2.weight", "3.running_mean", "3.num_batches_tracked")) {
            SequencedMap<String, NamedTensor> apart = new LinkedHashMap<>(state);
            apart.put(name, changed(state.get(name)));
            String first = name.replace("2.", "0.").replace("3.", "1.");
            assertThatThrownBy(() -> net.loadStateDict(apart))
                    .isInstanceOf(StateMismatchException.class)
                    .hasMessageContaining(name + " differs from " + first + ", though both name one tensor");
            assertThatThrownBy(() -> net.loadStateDict(apart, false)).isInstanceOf(StateMismatchException.class);
            assertThat(net.stateDict()).isEqualTo(state);
            apart.remove(first);
            assertThat(net.loadStateDict(apart, false).missing()).containsExactly(first);
            assertThat(net.stateDict().get(first).sameValues(apart.get(name))).isTrue();
            net.loadStateDict(state);
        }
    }

    private static NamedTensor changed(NamedTensor tensor) {
        return switch (tensor) {
            case NamedTensor.Floats(String name, Shape shape, float[] values) -> {
                float[] others = values.clone();
                others[0] += 1;
                yield new NamedTensor.Floats(name, shape, others);
            }
            case NamedTensor.Longs longs -> new NamedTensor.Longs(longs.name(), longs.values()[0] + 1);
        };
    }
}
