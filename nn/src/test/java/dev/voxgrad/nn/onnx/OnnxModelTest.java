package dev.voxgrad.nn.onnx;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;

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
