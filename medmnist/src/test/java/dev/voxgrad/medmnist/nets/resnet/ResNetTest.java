package dev.voxgrad.medmnist.nets.resnet;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.nets.NetSummary;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.nn.Initialization;
import dev.voxgrad.nn.Layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ResNetTest {
    private static final List<ResNet> NETS = ResNet.ALL;

    @Test
    void namesAreThoseOfTheBenchmark() {
        assertThat(NETS)
                .extracting(ResNet::name)
                .containsExactly(
                        "resnet18-2.5d", "resnet18-3d", "resnet18-acs", "resnet50-2.5d", "resnet50-3d", "resnet50-acs");
        assertThat(Nets.named("resnet50-2.5d")).isEqualTo(new ResNet(50, ConvolutionKind.PLANAR));
        assertThat(Nets.defaults()).doesNotContainAnyElementsOf(NETS);
        assertThatThrownBy(() -> new ResNet(34, ConvolutionKind.ACS)).hasMessageContaining("expected 18 or 50");
    }

    /** The published nets' parameters: of one channel and two classes, and what more of either add. */
    @ParameterizedTest
    @CsvSource({
        "resnet18-2.5d, 11168706, 1152, 513,  62,  122",
        "resnet18-3d,   33140802, 3456, 513,  62,  122",
        "resnet18-acs,  11168706, 1152, 513,  62,  122",
        "resnet50-2.5d, 23503298, 1152, 2049, 161, 320",
        "resnet50-3d,   46138946, 3456, 2049, 161, 320",
        "resnet50-acs,  23503298, 1152, 2049, 161, 320"
    })
    void countsAreThoseOfTheBenchmark(
            String name, long parameters, long threeChannels, long oneMoreClass, int tensors, int entries) {
        assertThat(parameters(name, 1, 2)).isEqualTo(parameters);
        assertThat(parameters(name, 3, 2)).isEqualTo(parameters + threeChannels);
        assertThat(parameters(name, 1, 11)).isEqualTo(parameters + 9 * oneMoreClass);
        withNet(name, 1, 2, (device, net) -> {
            assertThat(net.parameters()).hasSize(tensors);
            assertThat(net.stateDict()).hasSize(entries);
        });
    }

    private static long parameters(String name, int channels, int classes) {
        long[] sum = {0};
        withNet(
                name,
                channels,
                classes,
                (device, net) -> net.parameters()
                        .values()
                        .forEach(parameter -> sum[0] += parameter.shape().elements()));
        return sum[0];
    }

    private interface Check {
        void run(Device device, Layer net);
    }

    private static void withNet(String name, int channels, int classes, Check check) {
        try (CpuDevice device = CpuDevice.allCores()) {
            check.run(device, Nets.named(name).build(device, new VolumeShape(channels, 28), classes));
        }
    }

    /** Names, order and shapes of all weights, as the benchmark's description lists them. */
    @ParameterizedTest
    @FieldSource("NETS")
    void stateDictIsThatOfTheBenchmark(ResNet spec) {
        List<String> expected = new ArrayList<>();
        addConvolution(expected, spec, "conv1", 64, 3, 3);
        addNorm(expected, "bn1", 64);
        int[] blocks = spec.depth() == 18 ? new int[] {2, 2, 2, 2} : new int[] {3, 4, 6, 3};
        int expansion = spec.depth() == 18 ? 1 : 4;
        int inputs = 64;
        for (int stage = 0; stage < 4; stage++) {
            int width = 64 << stage;
            for (int block = 0; block < blocks[stage]; block++) {
                String at = "layer" + (stage + 1) + "." + block + ".";
                int[][] plan = spec.depth() == 18
                        ? new int[][] {{width, inputs, 3}, {width, width, 3}}
                        : new int[][] {{width, inputs, 1}, {width, width, 3}, {4 * width, width, 1}};
                for (int i = 0; i < plan.length; i++) {
                    addConvolution(expected, spec, at + "conv" + (i + 1), plan[i][0], plan[i][1], plan[i][2]);
                    addNorm(expected, at + "bn" + (i + 1), plan[i][0]);
                }
                if (block == 0 && (stage > 0 || expansion > 1)) {
                    addConvolution(expected, spec, at + "shortcut.0", expansion * width, inputs, 1);
                    addNorm(expected, at + "shortcut.1", expansion * width);
                }
                inputs = expansion * width;
            }
        }
        expected.add("linear.weight " + Shape.of(11, inputs));
        expected.add("linear.bias " + Shape.of(11));
        withNet(
                spec.name(),
                3,
                11,
                (device, net) -> assertThat(
                                net.stateDict().values().stream().map(tensor -> tensor.name() + " " + tensor.shape()))
                        .containsExactlyElementsOf(expected));
    }

    private static void addConvolution(
            List<String> names, ResNet spec, String name, int outputs, int inputs, int kernel) {
        Shape shape = switch (spec.kind()) {
            case PLANAR -> Shape.of(outputs, inputs, 1, kernel, kernel);
            case CUBIC -> Shape.of(outputs, inputs, kernel, kernel, kernel);
            case ACS -> Shape.of(outputs, inputs, kernel, kernel);
        };
        names.add(name + ".weight " + shape);
    }

    private static void addNorm(List<String> names, String name, int channels) {
        for (String part : List.of("weight", "bias", "running_mean", "running_var")) {
            names.add(name + "." + part + " " + Shape.of(channels));
        }
        names.add(name + ".num_batches_tracked " + Shape.of());
    }

    /** The products of the convolutions, in GFLOP per volume of 28³ with one channel. */
    @ParameterizedTest
    @CsvSource({
        "resnet18-2.5d, 11.89", "resnet18-3d, 35.50", "resnet18-acs, 11.89",
        "resnet50-2.5d, 24.98", "resnet50-3d, 47.88", "resnet50-acs, 24.98"
    })
    void workIsThatOfTheBenchmark(String name, String gigaflop) {
        NetSummary summary = NetSummary.of(Nets.named(name), new VolumeShape(1, 28), 2);
        assertThat(String.format(Locale.ROOT, "%.2f", summary.flop() / 1e9)).isEqualTo(gigaflop);
    }

    @ParameterizedTest
    @EnumSource
    void acceptsAnySizeAndUnequalEdges(ConvolutionKind kind) {
        try (CpuDevice device = CpuDevice.allCores()) {
            Layer net = new ResNet(18, kind).build(device, new VolumeShape(1, 1), 3);
            Initialization.apply(net, 1);
            net.eval();
            for (Shape shape : List.of(Shape.of(1, 1, 1, 1, 1), Shape.of(2, 1, 3, 9, 6), Shape.of(1, 1, 8, 2, 5))) {
                try (Scope _ = Scope.withoutGradients()) {
                    assertThat(net.forward(Tensor.full(device, shape, 0.5)).shape())
                            .isEqualTo(Shape.of(shape.dim(0), 3));
                }
            }
        }
    }

    /** Stride 2 drops every second plane three times, and nothing else connects planes before the final average. */
    @Test
    void planarNetSeesEveryEighthPlaneOnly() {
        int edge = 28;
        Shape shape = Shape.of(1, 1, edge, edge, edge);
        float[] values = new float[shape.elements()];
        float[] others = new float[values.length];
        RandomStream random = new RandomStream(7, 0, 0, 0);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.uniform(0, 1);
            boolean seen = i / (edge * edge) % 8 == 0;
            others[i] = seen ? values[i] : (float) random.uniform(-5, 5);
        }
        withNet("resnet18-2.5d", 1, 2, (device, net) -> {
            Initialization.apply(net, 3);
            net.eval();
            try (Scope _ = Scope.withoutGradients()) {
                float[] logits = net.forward(Tensor.of(device, shape, values)).toArray();
                assertThat(net.forward(Tensor.of(device, shape, others)).toArray())
                        .containsExactly(logits);
                others[8 * edge * edge] += 1;
                assertThat(net.forward(Tensor.of(device, shape, others)).toArray())
                        .isNotEqualTo(logits);
            }
        });
    }

    @Test
    void largestBatchIsThatOfTheWidestActivation() {
        ResNet deep = new ResNet(50, ConvolutionKind.ACS);
        VolumeShape large = new VolumeShape(3, 64);
        assertThat(deep.largestActivation(large)).isEqualTo(1 << 26);
        assertThatCode(() -> deep.requireFits(31, large)).doesNotThrowAnyException();
        assertThatThrownBy(() -> deep.requireFits(32, large))
                .hasMessageContaining("resnet50-acs takes at most 31 volumes of");
        assertThatCode(() -> new ResNet(18, ConvolutionKind.ACS).requireFits(127, large))
                .doesNotThrowAnyException();
        assertThat(deep.largestActivation(new VolumeShape(1, 1))).as("layer4").isEqualTo(2048);
    }
}
