package dev.voxgrad.medmnist.nets;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.medmnist.data.VolumeShape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Summary, plan and registration of a net whose layers are no straight line. */
class ResidualNetTest {
    private static final ResidualNet NET = new ResidualNet();
    private static final VolumeShape VOLUME = new VolumeShape(1, 8);
    private static final int CONV1 = 27 * 16 + 16;
    private static final int CONV2 = 27 * 16 * 16 + 16;
    private static final int NORM = 2 * 16;

    @Test
    void summaryListsChildrenAndOperations() {
        NetSummary summary = NetSummary.of(NET, VOLUME, 3);
        assertThat(summary.rows().stream().map(row -> (row.name() + " " + row.layer()).split("\\(")[0]))
                .containsExactly(
                        "layer1.conv1 Conv3d",
                        "layer1.bn1 BatchNorm3d",
                        "layer1.relu ReLU",
                        "layer1.conv2 Conv3d",
                        "layer1.bn2 BatchNorm3d",
                        "layer1.downsample.0 Conv3d",
                        "layer1.downsample.1 BatchNorm3d",
                        "layer1 add",
                        "layer1.relu ReLU",
                        " MaxPool3d",
                        "layer2.conv1 Conv3d",
                        "layer2.bn1 BatchNorm3d",
                        "layer2.relu ReLU",
                        "layer2.conv2 Conv3d",
                        "layer2.bn2 BatchNorm3d",
                        "layer2 add",
                        "layer2.relu ReLU",
                        " AdaptiveAvgPool3d",
                        " Flatten",
                        "fc Linear");
        assertThat(summary.rows().get(7).output()).isEqualTo(Shape.of(1, 16, 8, 8, 8));
        assertThat(summary.rows().get(15).output()).isEqualTo(Shape.of(1, 16, 4, 4, 4));
        assertThat(summary.parameters())
                .isEqualTo(CONV1 + 3 * CONV2 + 5 * NORM + 16 + 16 + 16 * 3 + 3)
                .isEqualTo(summary.rows().stream()
                        .mapToLong(NetSummary.Row::parameters)
                        .sum());
        long convolutions = 2L * 8 * 8 * 8 * (27 * 16 + 27 * 16 * 16 + 16) + 2L * 4 * 4 * 4 * 2 * 27 * 16 * 16;
        assertThat(summary.flop()).isEqualTo(convolutions + 2 * 16 * 3);
        assertThat(summary.toText().lines())
                .allMatch(line -> line.length() <= 130)
                .hasSize(1 + 20 + 1);
    }

    /** Both convolutions that read the volumes compute no gradient of them. */
    @Test
    void planFollowsTheGraph() {
        NetPlan plan = NetPlan.of(NET, VOLUME, 3, 4, ConvolutionMode.AUTO);
        assertThat(plan.rows().stream()
                        .map(row -> row.name() + " " + row.pass().label() + " "
                                + row.work().algorithm()))
                .containsExactly(
                        "layer1.conv1 forward direct-few",
                        "layer1.conv1 gradWeight direct-few",
                        "layer1.conv2 forward winograd",
                        "layer1.conv2 gradInput winograd",
                        "layer1.conv2 gradWeight winograd",
                        "layer1.downsample.0 forward direct-few",
                        "layer1.downsample.0 gradWeight direct-few",
                        "layer2.conv1 forward winograd",
                        "layer2.conv1 gradInput winograd",
                        "layer2.conv1 gradWeight winograd",
                        "layer2.conv2 forward winograd",
                        "layer2.conv2 gradInput winograd",
                        "layer2.conv2 gradWeight winograd");
        assertThat(plan.fused()).containsExactly("layer1.conv1-relu", "layer2.conv1-relu");
        assertThat(plan.toText())
                .contains(
                        "layer1.downsample.0  [4,1,8,8,8]  ",
                        "--no-fusion is given: layer1.conv1-relu, layer2.conv1-relu");
    }

    @Test
    void sizesAreChecked() {
        try (CpuDevice device = new CpuDevice(1)) {
            assertThatThrownBy(() -> NET.build(device, new VolumeShape(1, 1), 2))
                    .hasMessageContaining(
                            "residual-2 halves a volume once and needs at least 2 voxels along each axis");
        }
        assertThatThrownBy(() -> NET.requireFits(1 << 18, VOLUME))
                .hasMessageContaining("residual-2 takes at most 262143 volumes of [1,8,8,8]");
    }

    @Test
    void registeredNetIsKnownUntilClosed() {
        try (var _ = Nets.register(NET)) {
            assertThat(Nets.named("residual-2")).isSameAs(NET);
            assertThat(Nets.defaults()).doesNotContain(NET);
            assertThatThrownBy(() -> Nets.register(NET)).hasMessageContaining("net name 'residual-2' is taken");
            assertThatThrownBy(() -> Nets.named("net4"))
                    .hasMessageStartingWith("unknown net 'net4'; known nets are net1, net2, net3, ")
                    .hasMessageEndingWith(", residual-2");
        }
        assertThat(Nets.all()).doesNotContain(NET);
        assertThatThrownBy(() -> Nets.named("residual-2")).hasMessageContaining("unknown net 'residual-2'");
    }
}
