package dev.voxgrad.medmnist.nets.study;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.NetSummary;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.medmnist.run.json.RunJson;
import dev.voxgrad.medmnist.run.member.MemberState;
import dev.voxgrad.medmnist.train.settings.Start;
import dev.voxgrad.nn.Layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tests the study's nets with other numbers of channels. */
class WidenedNetTest {
    private static final VolumeShape VOLUME = new VolumeShape(1, 16);

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"net1-w0.5; 16,32", "net2-w2; 64,128,256", "net3-w0.03125; 1,2,4,8", "net3-w1.5; 48,96,192,384"})
    void multipliesAllChannels(String name, String widths) {
        StudyNet net = (StudyNet) Nets.named(name);
        assertThat(net.name()).isEqualTo(name);
        assertThat(net.widths())
                .isEqualTo(List.of(widths.split(",")).stream()
                        .map(Integer::valueOf)
                        .toList());
        assertThat(net).isEqualTo(Nets.named(name));
        assertThat(Nets.all()).doesNotContain(net);
        assertThat(NetSummary.of(net, VOLUME, 2).toText()).contains("fc.2");
    }

    /** Each net has one name, so that two names never mean the same weights. */
    @ParameterizedTest
    @CsvSource({
        "net1-w1, its name is net1",
        "net1-w1.0, its name is net1",
        "net2-w0.50, its name is net2-w0.5",
        "net1-w0, a multiple of 1/32",
        "net1-w0.3, a multiple of 1/32",
        "net1-w9, at most 8",
        "net4-w0.5, known nets are net1",
        "net1-w, known nets are net1",
        "net1-w-1, known nets are net1",
        "net1-w1e3, known nets are net1",
        "resnet18-3d-w0.5, known nets are net1"
    })
    void refusesOtherNames(String name, String why) {
        assertThatThrownBy(() -> Nets.named(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unknown net")
                .hasMessageContaining(why);
    }

    @Test
    void stateNamesItInCapitals() {
        NetSpec net = Nets.named("net2-w0.5");
        String text = RunJson.write(MemberState.atStart(0, net));
        assertThat(text).contains("\"net\" : \"NET2-W0.5\"");
        assertThat(RunJson.read(text, MemberState.class, "state").net()).isEqualTo(net);
        assertThatThrownBy(() -> RunJson.read(text.replace("-W0", "-w0"), MemberState.class, "state"))
                .hasMessageContaining("in capitals");
        assertThatThrownBy(() -> RunJson.read(text.replace("0.5", "0.51"), MemberState.class, "state"))
                .hasMessageContaining("field net")
                .hasMessageContaining("a multiple of 1/32");
    }

    /** PyTorch's rule: weights and biases are uniform within one over the root of the inputs of an output. */
    @ParameterizedTest
    @ValueSource(doubles = {0.5, 2})
    void startsByTheRuleOfTheOthers(double factor) {
        String name = "net1-w" + (factor == 2 ? "2" : "0.5");
        Layer net = Nets.named(name).build(ReferenceDevice.INSTANCE, VOLUME, 2);
        Start.DEFAULT.initialize(net, 3);
        Map<String, Tensor> parameters = net.parameters();
        double bound = 1 / Math.sqrt(32 * factor * 27);
        double largest = 0;
        for (double weight : parameters.get("layer1.3.weight").toDoubleArray()) {
            largest = Math.max(largest, Math.abs(weight));
        }
        assertThat(largest).isBetween(0.99 * bound, bound);
    }

    @Test
    void noOtherNetTakesSuchAName() {
        assertThatThrownBy(() -> Nets.register(new StudyNet("net1-w0.5", List.of(5))))
                .hasMessageContaining("net name 'net1-w0.5' is taken");
    }
}
