package dev.voxgrad.nn.onnx;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.acsconv3d.AcsConv3dOp;
import dev.voxgrad.nn.AcsConv3d;
import dev.voxgrad.nn.AdaptiveAvgPool3d;
import dev.voxgrad.nn.BatchNorm3d;
import dev.voxgrad.nn.Conv3d;
import dev.voxgrad.nn.Flatten;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.Linear;
import dev.voxgrad.nn.Residual;
import dev.voxgrad.nn.Sequential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tests what can be seen without a runtime; bench compares the results with ONNX Runtime's. */
class OnnxModelTest {
    private static final Shape VOLUME = Shape.of(1, 6, 6, 6);

    private final CpuDevice cpu = new CpuDevice(1);

    @AfterEach
    void close() {
        cpu.close();
    }

    private static String model(Layer net) {
        return new String(OnnxModel.of(net, VOLUME, 2), StandardCharsets.ISO_8859_1);
    }

    @Test
    void namesNodesAndConstantsAsTheStateDictDoes() {
        LinkedHashMap<String, Layer> main = new LinkedHashMap<>();
        main.put("conv1", new Conv3d(cpu, 4, 4, 3, 1));
        main.put("bn1", new BatchNorm3d(cpu, 4));
        LinkedHashMap<String, Layer> layers = new LinkedHashMap<>();
        layers.put("stem", new AcsConv3d(cpu, 1, 4, 3, AcsConv3dOp.same(3, 1), false));
        layers.put("block", new Residual(main));
        layers.put("pool", new AdaptiveAvgPool3d(1));
        layers.put("flatten", new Flatten());
        layers.put("fc", new Linear(cpu, 4, 2));
        Sequential net = new Sequential(layers);
        String model = model(net);
        assertThat(model)
                .contains("voxgrad", "volumes", "logits", "Conv", "BatchNormalization", "Concat", "Add", "Relu", "Gemm")
                .contains("stem.a.weight", "stem.c.weight", "stem.s.weight");
        net.parameters().keySet().stream()
                .filter(name -> !name.startsWith("stem"))
                .forEach(name -> assertThat(model).contains(name));
        net.buffers().keySet().forEach(name -> assertThat(model).contains(name));
        long weights = net.parameters().values().stream()
                .mapToLong(tensor -> tensor.shape().elements())
                .sum();
        assertThat(model.length()).isGreaterThan((int) (4 * weights));
    }

    /** A net that is a single layer has no name, but a node must have one. */
    @Test
    void namesTheNodeOfASingleLayer() {
        String model = model(new Linear(cpu, 216, 2));
        assertThat(model)
                .contains("\u0012\u0004Gemm\u001a\u0004Gemm\"\u0004Gemm")
                .contains("weight", "bias");
    }

    @Test
    void averagesNetsAndPreparesTheirInput() {
        Sequential net = new Sequential(new Flatten(), new Linear(cpu, 3 * 216, 2));
        List<OnnxModel.Part> parts = List.of(new OnnxModel.Part("a", net, 0.25), new OnnxModel.Part("b", net, 0.75));
        OnnxInput input = new OnnxInput(-1000, 400, 0.5, true, 3);
        OnnxModel model =
                new OnnxModel(VOLUME, 2, input, parts, OnnxModel.Output.SIGMOID, Map.of("z", "last", "label", "grün"));
        String bytes = new String(model.toByteArray(), StandardCharsets.ISO_8859_1);
        assertThat(bytes)
                .contains(
                        "input.shifted",
                        "input.scaled",
                        "Clip",
                        "input.multiplied",
                        "input.mean.axis4",
                        "input.variance.axis2",
                        "input.normalised",
                        "input.copied",
                        "Concat")
                .contains("a.1.weight", "b.1.bias", "a.weighted", "b.weighted.number", "Sum", "Sigmoid")
                .contains("values as stored, from -1000.0 to 400.0");
        assertThat(bytes.indexOf("label")).isLessThan(bytes.indexOf("last"));
        assertThat(model.toByteArray()).isEqualTo(model.toByteArray());
    }

    @Test
    void refusesNetsThatShareNames() {
        Sequential net = new Sequential(new Flatten(), new Linear(cpu, 216, 2));
        List<OnnxModel.Part> parts = List.of(new OnnxModel.Part("", net, 0.5), new OnnxModel.Part("", net, 0.5));
        OnnxModel twice = new OnnxModel(VOLUME, 2, OnnxInput.PREPARED, parts, OnnxModel.Output.SOFTMAX, Map.of());
        assertThatThrownBy(twice::toByteArray).hasMessage("onnx: two nodes or constants are named 0");
        LinkedHashMap<String, Layer> layers = new LinkedHashMap<>();
        layers.put("logits", new Linear(cpu, 216, 2));
        assertThatThrownBy(() -> model(new Sequential(layers)))
                .hasMessage("onnx: two nodes or constants are named logits");
    }

    @Test
    void refusesWhatItCannotTranslate() {
        assertThatThrownBy(() -> model(new Sequential(new AdaptiveAvgPool3d(2))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("onnx: layer 0 cannot be translated: AdaptiveAvgPool3d");
        AcsConv3dOp odd = new AcsConv3dOp(1, 0, 1, 1, null);
        assertThatThrownBy(() -> model(new Sequential(new AcsConv3d(cpu, 1, 3, 3, odd, true))))
                .hasMessage("onnx: layer 0 cannot be translated: an ACS convolution with other settings than padding "
                        + "k/2, dilation 1 and one group");
        Layer own = new Layer() {
            @Override
            public Tensor forward(Tensor input) {
                return input;
            }

            @Override
            public boolean keepsActivations() {
                return true;
            }

            @Override
            public String toString() {
                return "Own";
            }
        };
        assertThatThrownBy(() -> model(new Sequential(own))).hasMessage("onnx: layer 0 cannot be translated: Own");
    }
}
