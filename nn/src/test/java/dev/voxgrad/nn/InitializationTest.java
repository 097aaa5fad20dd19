package dev.voxgrad.nn;

import java.util.Arrays;
import java.util.List;
import java.util.SequencedMap;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.nn.testing.TestNets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class InitializationTest {
    private static final ReferenceDevice REFERENCE = ReferenceDevice.INSTANCE;

    /**
     * The bounds are PyTorch's; mean and variance are those of a uniform distribution, b²/3, within five standard
     * errors.
     */
    @Test
    void weightsAndBiasesAreUniformByFanIn() {
        Sequential net = TestNets.net(REFERENCE, 2, 16, 3, 5);
        Initialization.apply(net, 3);
        checkUniform(net, "layer1.0.weight", 1 / Math.sqrt(3 * 27));
        checkUniform(net, "layer1.0.bias", 1 / Math.sqrt(3 * 27));
        checkUniform(net, "layer2.3.weight", 1 / Math.sqrt(32 * 27));
        checkUniform(net, "fc.0.weight", 1 / Math.sqrt(32));
        checkUniform(net, "fc.2.bias", 1 / Math.sqrt(32));
        assertThat(net.parameters().get("layer1.1.weight").toArray()).containsOnly(1);
        assertThat(net.parameters().get("layer1.1.bias").toArray()).containsOnly(0);
        assertThat(net.buffers().get("layer1.1.running_mean").toArray()).containsOnly(0);
        assertThat(net.buffers().get("layer1.1.running_var").toArray()).containsOnly(1);
    }

    private static void checkUniform(Layer net, String name, double bound) {
        assertUniform(name, net.parameters().get(name).toDoubleArray(), bound);
    }

    private static void assertUniform(String name, double[] values, double bound) {
        int n = values.length;
        assertThat(Arrays.stream(values).map(Math::abs).max().orElseThrow())
                .as(name)
                .isLessThanOrEqualTo(bound);
        double variance = bound * bound / 3;
        assertThat(Arrays.stream(values).average().orElseThrow())
                .as(name)
                .isCloseTo(0, within(5 * Math.sqrt(variance / n)));
        // The variance of x² is b⁴·4/45.
        assertThat(Arrays.stream(values).map(v -> v * v).average().orElseThrow())
                .as(name)
                .isCloseTo(variance, within(5 * bound * bound * Math.sqrt(4 / 45.0 / n)));
    }

    /** A third of a draw from the distribution of a 2D kernel, in each of three planes. */
    @Test
    void inflatedKernelsRepeatTheirPlanes() {
        SequencedMap<String, Layer> layers = Named.of();
        layers.put("cube", new Conv3d(REFERENCE, 16, 24, Dims3.cube(3), Conv3dOp.padded(1), true));
        layers.put("flat", new Conv3d(REFERENCE, 16, 24, new Dims3(1, 3, 3), Conv3dOp.padded(1), true));
        layers.put("point", new Conv3d(REFERENCE, 16, 24, Dims3.cube(1), Conv3dOp.padded(0), true));
        Sequential net = new Sequential(layers);
        Initialization.apply(net, 3);
        var plain = net.stateDict();
        Initialization.apply(net, 3, ConvolutionStart.I3D);
        var inflated = net.stateDict();
        for (String same : List.of("cube.bias", "flat.weight", "flat.bias", "point.weight", "point.bias")) {
            assertThat(inflated.get(same)).as(same).isEqualTo(plain.get(same));
        }
        double[] cube = net.parameters().get("cube.weight").toDoubleArray();
        double[] planes = new double[cube.length / 3];
        for (int i = 0; i < planes.length; i++) {
            int first = i / 9 * 27 + i % 9;
            assertThat(cube[first + 9]).isEqualTo(cube[first]);
            assertThat(cube[first + 18]).isEqualTo(cube[first]);
            planes[i] = cube[first];
        }
        assertUniform("a plane", planes, 1 / Math.sqrt(16 * 9) / 3);
    }

    @Test
    void seedFixesEveryBitOnEveryDevice() {
        try (CpuDevice cpu = new CpuDevice(1)) {
            Sequential a = TestNets.net(REFERENCE, 1, 4, 1, 2);
            Sequential b = TestNets.net(cpu, 1, 4, 1, 2);
            Initialization.apply(a, 42);
            Initialization.apply(b, 42);
            assertThat(b.stateDict()).isEqualTo(a.stateDict());
            Initialization.apply(b, 43);
            assertThat(b.stateDict().get("fc.0.weight"))
                    .isNotEqualTo(a.stateDict().get("fc.0.weight"));
        }
    }

    @Test
    void parametersOfTheSameShapeDiffer() {
        Sequential net = new Sequential(new Linear(REFERENCE, 8, 8), new Linear(REFERENCE, 8, 8));
        Initialization.apply(net, 1);
        assertThat(net.parameters().get("0.weight").toArray())
                .isNotEqualTo(net.parameters().get("1.weight").toArray());
    }

    @Test
    void groupsCountInFanIn() {
        Conv3d conv =
                new Conv3d(REFERENCE, 8, 8, Dims3.cube(1), new Conv3dOp(Dims3.ONE, Dims3.ZERO, Dims3.ONE, 4), false);
        Initialization.apply(conv, 1);
        assertThat(conv.weight().shape()).isEqualTo(Shape.of(8, 2, 1, 1, 1));
        assertThat(Arrays.stream(conv.weight().toDoubleArray())
                        .map(Math::abs)
                        .max()
                        .orElseThrow())
                .isBetween(0.5, 1 / Math.sqrt(2));
        assertThat(conv.ownParameters()).containsOnlyKeys("weight");
    }

    @Test
    void errorNamesLayerThatSkipsParameter() {
        Tensor scale = Tensor.zeros(REFERENCE, Shape.of(1)).requiresGrad(true);
        Layer forgetful = new Layer() {
            @Override
            public Tensor forward(Tensor input) {
                return input;
            }

            @Override
            public SequencedMap<String, Tensor> ownParameters() {
                return Named.of("scale", scale);
            }
        };
        assertThatThrownBy(() -> Initialization.apply(new Sequential(forgetful), 1))
                .hasMessageContaining("0.scale");
    }
}
