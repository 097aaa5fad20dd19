package dev.voxgrad.medmnist.nets;

import java.util.List;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.nets.study.StudyNet;

import static org.assertj.core.api.Assertions.assertThat;

class NetPlanTest {
    private static List<String> lines(NetPlan plan) {
        return plan.rows().stream()
                .map(row ->
                        row.name() + " " + row.pass().label() + " " + row.work().algorithm())
                .toList();
    }

    @Test
    void namesAlgorithmOfEveryPass() {
        NetPlan plan = NetPlan.of(StudyNet.NET1, new VolumeShape(1, 28), 2, 32, ConvolutionMode.AUTO);
        assertThat(lines(plan))
                .containsExactly(
                        "layer1.0 forward direct-few",
                        "layer1.0 gradWeight direct-few",
                        "layer1.3 forward winograd",
                        "layer1.3 gradInput winograd2x4",
                        "layer1.3 gradWeight winograd2x4",
                        "layer2.0 forward winograd",
                        "layer2.0 gradInput winograd",
                        "layer2.0 gradWeight winograd",
                        "layer2.3 forward winograd",
                        "layer2.3 gradInput winograd",
                        "layer2.3 gradWeight winograd");
        assertThat(lines(NetPlan.of(StudyNet.NET3, new VolumeShape(1, 28), 2, 32, ConvolutionMode.AUTO)))
                .as("many channels, and volumes with an edge of 3 voxels")
                .contains("layer3.3 forward winograd4", "layer4.3 forward direct");
    }

    @Test
    void followsConvolutionMode() {
        assertThat(lines(NetPlan.of(StudyNet.NET2, new VolumeShape(3, 8), 2, 4, ConvolutionMode.DIRECT)))
                .hasSize(17)
                .noneMatch(line -> line.endsWith("winograd"));
        assertThat(lines(NetPlan.of(StudyNet.NET2, new VolumeShape(3, 8), 2, 4, ConvolutionMode.WINOGRAD)))
                .hasSize(17)
                .allMatch(line -> line.endsWith("winograd"));
    }

    /** layer1.3 has 32 channels in and out at 28³: 14³ tiles of 64 products, and transforms. */
    @Test
    void countsWork() {
        NetPlan.Row row = NetPlan.of(StudyNet.NET1, new VolumeShape(1, 28), 2, 32, ConvolutionMode.AUTO)
                .rows()
                .get(2);
        assertThat(row.work().directFlop()).isEqualTo(32L * 2 * 27 * 32 * 32 * 28 * 28 * 28);
        long products = 32L * 14 * 14 * 14 * 64 * 32 * 32 * 2;
        assertThat(row.work().executedFlop()).isBetween(products, products * 6 / 5);
        long forward = NetPlan.of(StudyNet.NET3, new VolumeShape(1, 28), 2, 1, ConvolutionMode.AUTO).rows().stream()
                .filter(each -> each.pass() == Pass.FORWARD)
                .mapToLong(each -> each.work().directFlop())
                .sum();
        assertThat(forward)
                .as("as in the summary, without the linear layers")
                .isEqualTo(
                        NetSummary.of(StudyNet.NET3, new VolumeShape(1, 28), 2).flop() - 2 * (256 * 256 + 256 * 2));
    }

    @Test
    void tableFitsTerminalAndStatesRule() {
        String text = NetPlan.of(StudyNet.NET3, new VolumeShape(1, 28), 2, 32, ConvolutionMode.AUTO)
                .toText();
        assertThat(text.lines()).allMatch(line -> line.length() <= 120).hasSize(1 + 23 + 1 + 9);
        assertThat(text)
                .contains(
                        "layer1.3   [32,32,28,28,28]",
                        "1,213.86",
                        "auto: winograd for 3x3x3 kernels",
                        "layer3.0-6, layer4.0-6");
    }
}
