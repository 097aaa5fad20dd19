package dev.voxgrad.medmnist.nets;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.nets.study.StudyNet;
import dev.voxgrad.nn.weights.WeightsFile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

class NetSummaryTest {
    /** The expected numbers follow from the definition: 27·in·out + out, 2·out for each batch norm, and fc. */
    @Test
    void countsParameters() {
        assertThat(NetSummary.of(StudyNet.NET1, new VolumeShape(1, 28), 2).parameters())
                .isEqualTo(896 + 64 + 27_680 + 64 + 55_360 + 128 + 110_656 + 128 + 4_160 + 130);
        assertThat(NetSummary.of(StudyNet.NET3, new VolumeShape(3, 28), 11)
                        .rows()
                        .getLast()
                        .parameters())
                .isEqualTo(256 * 11 + 11);
        assertThat(NetSummary.of(StudyNet.NET3, new VolumeShape(3, 28), 11)
                        .rows()
                        .getFirst()
                        .parameters())
                .isEqualTo(27 * 3 * 32 + 32);
    }

    /** GFLOP of the forward pass of 32 volumes, by convolution: 1.2, 38.8, 9.7, 19.4, 4.9, 9.7, 1.5, 3.1. */
    @Test
    void countsOperations() {
        List<Double> convolutions = NetSummary.of(StudyNet.NET3, new VolumeShape(1, 28), 2).rows().stream()
                .filter(row -> row.layer().startsWith("Conv3d"))
                .map(row -> row.flop() * 32 / 1e9)
                .toList();
        double[] expected = {1.2, 38.8, 9.7, 19.4, 4.9, 9.7, 1.5, 3.1};
        assertThat(convolutions).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(convolutions.get(i)).isCloseTo(expected[i], within(0.051));
        }
    }

    @Test
    void namesLayersAndShapes() {
        NetSummary summary = NetSummary.of(StudyNet.NET2, new VolumeShape(1, 28), 3);
        assertThat(summary.rows().get(3).name()).isEqualTo("layer1.3");
        assertThat(summary.rows().get(6).output()).isEqualTo(Shape.of(1, 32, 14, 14, 14));
        assertThat(summary.rows().getLast().output()).isEqualTo(Shape.of(1, 3));
        assertThat(summary.toText()).contains("layer3.0", "fc.2", "total");
    }

    @Test
    void refusesVolumesTooSmallForPools() {
        assertThatThrownBy(() -> NetSummary.of(StudyNet.NET3, new VolumeShape(1, 15), 2))
                .hasMessageContaining("net3 halves a volume 4 times and needs at least 16 voxels along each axis");
        assertThat(NetSummary.of(StudyNet.NET3, new VolumeShape(1, 16), 2)
                        .rows()
                        .getLast()
                        .output())
                .isEqualTo(Shape.of(1, 2));
        assertThatThrownBy(() -> Nets.named("net4")).hasMessageContaining("known nets are net1, net2, net3");
    }

    /** Names, order and shapes of the weights equal those of the PyTorch nets. */
    @ParameterizedTest
    @CsvSource({"net1,Net1_init.safetensors", "net2,Net2_init.safetensors"})
    void stateDictMatchesPyTorch(String net, String file) {
        Path path = Path.of(System.getProperty("voxgrad.shared"), "golden", file);
        assumeTrue(Files.exists(path), () -> "no " + path);
        try (CpuDevice device = new CpuDevice(1)) {
            List<String> expected = WeightsFile.read(path).tensors().values().stream()
                    .map(tensor -> tensor.name() + " " + tensor.shape())
                    .toList();
            List<String> ours = Nets.named(net).build(device, new VolumeShape(1, 28), 2).stateDict().values().stream()
                    .map(tensor -> tensor.name() + " " + tensor.shape())
                    .toList();
            assertThat(ours).isEqualTo(expected);
        }
    }
}
