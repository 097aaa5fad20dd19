package dev.voxgrad.nn;

import java.util.List;
import java.util.SequencedMap;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Tag("kernels")
class ResidualTest {
    private static final Shape INPUT = Shape.of(2, 16, 5, 4, 6);

    /** Returns a convolution without bias whose padding keeps the size, except for the stride. */
    private static Conv3d convolution(Device device, int inputs, int outputs, int kernel, int stride) {
        Conv3dOp op = new Conv3dOp(Dims3.cube(stride), Dims3.cube(kernel / 2), Dims3.ONE, 1);
        return new Conv3d(device, inputs, outputs, Dims3.cube(kernel), op, false);
    }

    static Residual basic(Device device, int inputs, int width, int stride) {
        SequencedMap<String, Layer> main = Named.of();
        main.put("conv1", convolution(device, inputs, width, 3, stride));
        main.put("bn1", new BatchNorm3d(device, width));
        main.put("relu1", new ReLU());
        main.put("conv2", convolution(device, width, width, 3, 1));
        main.put("bn2", new BatchNorm3d(device, width));
        return new Residual(main, shortcut(device, inputs, width, stride));
    }

    static Residual bottleneck(Device device, int inputs, int width, int stride) {
        SequencedMap<String, Layer> main = Named.of();
        main.put("conv1", convolution(device, inputs, width, 1, 1));
        main.put("bn1", new BatchNorm3d(device, width));
        main.put("relu1", new ReLU());
        main.put("conv2", convolution(device, width, width, 3, stride));
        main.put("bn2", new BatchNorm3d(device, width));
        main.put("relu2", new ReLU());
        main.put("conv3", convolution(device, width, 4 * width, 1, 1));
        main.put("bn3", new BatchNorm3d(device, 4 * width));
        return new Residual(main, shortcut(device, inputs, 4 * width, stride));
    }

    private static Layer[] shortcut(Device device, int inputs, int outputs, int stride) {
        return inputs == outputs && stride == 1
                ? new Layer[0]
                : new Layer[] {convolution(device, inputs, outputs, 1, stride), new BatchNorm3d(device, outputs)};
    }

    private static Sequential net(Device device) {
        Sequential net = new Sequential(
                basic(device, 16, 20, 2),
                basic(device, 20, 20, 1),
                bottleneck(device, 20, 6, 1),
                bottleneck(device, 24, 6, 1),
                bottleneck(device, 24, 9, 2));
        Initialization.apply(net, 5);
        FusionTest.moveVectors(net, device);
        return net;
    }

    @Test
    void namesAreThoseOfPublishedNets() {
        List<String> norm = List.of("weight", "bias", "running_mean", "running_var", "num_batches_tracked");
        List<String> layers = List.of("conv1", "bn1", "conv2", "bn2", "conv3", "bn3", "shortcut.0", "shortcut.1");
        List<String> expected = layers.stream()
                .flatMap(layer -> layer.startsWith("bn") || layer.endsWith("1") && layer.startsWith("shortcut")
                        ? norm.stream().map(name -> layer + "." + name)
                        : List.of(layer + ".weight").stream())
                .toList();
        assertThat(bottleneck(ReferenceDevice.INSTANCE, 3, 2, 2).stateDict().keySet())
                .containsExactlyElementsOf(expected);
        assertThat(bottleneck(ReferenceDevice.INSTANCE, 8, 2, 1).stateDict().keySet())
                .containsExactlyElementsOf(expected.stream()
                        .filter(name -> !name.startsWith("shortcut"))
                        .toList());
    }

    @Test
    void agreesWithReference() {
        try (CpuDevice fused = new CpuDevice(2);
                CpuDevice unfused = new CpuDevice(2, ConvolutionMode.AUTO, false)) {
            Device reference = ReferenceDevice.INSTANCE;
            FusionTest.Results expected =
                    FusionTest.train(net(reference), reference, INPUT, ResidualBlockTest::gaussian);
            for (Device device : List.of(fused, unfused)) {
                FusionTest.Results actual = FusionTest.train(net(device), device, INPUT, ResidualBlockTest::gaussian);
                assertThat(actual.names()).isEqualTo(expected.names());
                assertThat(actual.largestError(expected)).isLessThan(1);
            }
        }
    }

    @Test
    void mainPathMayNotNameALayerShortcut() {
        assertThatThrownBy(() -> new Residual(Named.of("shortcut", new ReLU())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("residual: the main path has a layer named 'shortcut'");
    }
}
