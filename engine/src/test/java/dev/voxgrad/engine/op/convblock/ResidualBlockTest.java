package dev.voxgrad.engine.op.convblock;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.testing.DeviceAgreement;
import dev.voxgrad.engine.testing.OnEveryDevice;
import dev.voxgrad.engine.testing.Samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tests {@link ConvBlockOp} with the ending of a residual block. */
@Tag("kernels")
class ResidualBlockTest {
    private static final double MOMENTUM = 0.1;
    private static final double EPS = 1e-5;

    private static final List<Case> SMALL = List.of(
            new Case(Shape.of(2, 2, 2, 3, 2), false, null, conv(3, 1, 3), conv(3, 1, 2)),
            new Case(Shape.of(2, 2, 3, 2, 3), true, conv(1, 2, 3), conv(3, 2, 2), conv(3, 1, 3)),
            new Case(Shape.of(1, 3, 2, 3, 2), true, null, conv(1, 1, 2), conv(3, 1, 2), conv(1, 1, 3)),
            new Case(Shape.of(2, 2, 3, 2, 2), false, conv(1, 1, 3), conv(3, 1, 3)));

    /** Basic and bottleneck blocks, for channels around the vector widths and each of the CPU's algorithms. */
    private static final List<Case> LARGE = List.of(
            new Case(Shape.of(2, 16, 6, 5, 7), false, null, conv(3, 1, 16), conv(3, 1, 16)),
            new Case(Shape.of(1, 17, 5, 4, 6), true, null, conv(3, 1, 19), conv(3, 1, 17)),
            new Case(Shape.of(3, 16, 7, 6, 5), false, conv(1, 2, 33), conv(3, 2, 33), conv(3, 1, 33)),
            new Case(Shape.of(1, 1, 5, 5, 6), true, conv(1, 1, 20), conv(3, 1, 20), conv(3, 1, 20)),
            new Case(Shape.of(2, 48, 4, 5, 3), false, null, conv(1, 1, 12), conv(3, 1, 12), conv(1, 1, 48)),
            new Case(Shape.of(2, 15, 5, 7, 4), true, conv(1, 2, 36), conv(1, 1, 9), conv(3, 2, 9), conv(1, 1, 36)),
            new Case(Shape.of(9, 64, 1, 1, 1), false, conv(1, 1, 32), conv(1, 1, 16), conv(1, 1, 32)),
            new Case(Shape.of(2, 32, 6, 6, 6), false, null, conv(3, 1, 32)));

    /** Describes a convolution whose padding keeps the size, except for the stride. */
    private record Conv(int kernel, int stride, int outputs) {
        Conv3dOp op() {
            return new Conv3dOp(Dims3.cube(stride), Dims3.cube(kernel / 2), Dims3.ONE, 1);
        }

        ConvBlockOp.Unit unit(boolean withBias) {
            return new ConvBlockOp.Unit(op(), withBias, MOMENTUM, EPS);
        }
    }

    private static Conv conv(int kernel, int stride, int outputs) {
        return new Conv(kernel, stride, outputs);
    }

    /**
     * One block.
     *
     * @param projection the shortcut's convolution, or null
     */
    private record Case(Shape input, boolean withBias, Conv projection, Conv... main) implements BlockCase {
        @Override
        public ConvBlockOp op(boolean training) {
            return new ConvBlockOp(
                    Stream.of(main).map(each -> each.unit(withBias)).toList(),
                    new BlockEnding.Residual(projection == null ? null : projection.unit(withBias)),
                    training);
        }

        private List<Conv> all() {
            List<Conv> all = new ArrayList<>(List.of(main));
            if (projection != null) {
                all.add(projection);
            }
            return all;
        }

        private int inputsOf(int i) {
            return i == 0 || i == main.length ? input.dim(1) : main[i - 1].outputs;
        }

        @Override
        public Shape[] shapes() {
            List<Shape> shapes = new ArrayList<>(List.of(input));
            for (int i = 0; i < all().size(); i++) {
                Conv conv = all().get(i);
                shapes.add(Shape.of(conv.outputs, inputsOf(i), conv.kernel, conv.kernel, conv.kernel));
                for (int j = 0; j < (withBias ? 3 : 2); j++) {
                    shapes.add(Shape.of(conv.outputs));
                }
            }
            return shapes.toArray(Shape[]::new);
        }

        @Override
        public List<Integer> outputs() {
            return all().stream().map(Conv::outputs).toList();
        }

        @Override
        public Tensor oneByOne(boolean training, Tensor... inputs) {
            Tensor a = inputs[0];
            for (int i = 0; i < main.length; i++) {
                a = normalised(i, a, training, inputs);
                a = i < main.length - 1 ? a.relu() : a;
            }
            Tensor shortcut = projection == null ? inputs[0] : normalised(main.length, inputs[0], training, inputs);
            return a.add(shortcut).relu();
        }

        private Tensor normalised(int i, Tensor x, boolean training, Tensor... inputs) {
            int at = op(training).firstInput(i);
            Tensor bias = withBias ? inputs[at + 1] : null;
            int norm = withBias ? at + 2 : at + 1;
            return x.conv3d(inputs[at], bias, all().get(i).op())
                    .batchNorm(
                            inputs[norm],
                            inputs[norm + 1],
                            inputs[norm + 2],
                            inputs[norm + 3],
                            training,
                            MOMENTUM,
                            EPS);
        }
    }

    @Test
    void gradientsEqualCentralDifferences() {
        assertThat(BlockCase.assertGradientsEqualCentralDifferences(SMALL)).isGreaterThan(900);
    }

    @Test
    void referenceEqualsTheOperationsOneByOne() {
        BlockCase.assertReferenceEqualsTheOperationsOneByOne(SMALL);
    }

    @OnEveryDevice
    void agreesWithTheReference(Device device) {
        assertThat(BlockCase.assertAgreesWithTheReference(device, LARGE)).isEqualTo(88);
    }

    /** A weight of zero makes batch norm constant; with a negative bias, only the shortcut opens ReLU. */
    @OnEveryDevice
    void agreesForZeroWeights(Device device) {
        int compared = 0;
        for (Case block : List.of(LARGE.get(0), LARGE.get(2))) {
            double[][] values = BlockCase.values(block.shapes());
            int lastNorm = 1 + 3 * (block.main.length - 1) + 1;
            Arrays.fill(values[lastNorm], 0);
            Arrays.fill(values[lastNorm + 1], -0.5);
            compared += DeviceAgreement.check(device, block.terms(), block.fused(), block.shapes(), values);
        }
        assertThat(compared).isEqualTo(8 + 11);
    }

    @OnEveryDevice
    void runningStatisticsAgreeWithTheReference(Device device) {
        assertThat(BlockCase.assertRunningStatisticsAgreeWithTheReference(device, LARGE))
                .isEqualTo(2 * 21);
    }

    @OnEveryDevice(reference = true)
    void inferenceAgreesWithTheOperationsOneByOne(Device device) {
        BlockCase.assertInferenceAgreesWithTheOperationsOneByOne(device, LARGE);
    }

    /** Parameters may be trained on inputs that require no gradient; their gradients are the same. */
    @OnEveryDevice(reference = true)
    void gradientsOfParametersNeedNoneOfTheInput(Device device) {
        for (Case block : List.of(LARGE.get(0), LARGE.get(2))) {
            List<double[]> expected = parameterGradients(block, device, true);
            List<double[]> actual = parameterGradients(block, device, false);
            for (int i = 0; i < expected.size(); i++) {
                DeviceAgreement.assertClose(
                        "gradient of parameter " + i, expected.get(i), actual.get(i), block.terms());
            }
        }
    }

    private static List<double[]> parameterGradients(Case block, Device device, boolean ofInput) {
        Tensor[] leaves = block.leaves(device);
        for (int i = ofInput ? 0 : 1; i < leaves.length; i++) {
            leaves[i].requiresGrad(true);
        }
        Tensor y = block.fused().apply(leaves);
        Gradients gradients = y.backward(Tensor.of(device, y.shape(), Samples.gaussian(y.shape(), 4)));
        assertThat(gradients.has(leaves[0])).isEqualTo(ofInput);
        return Arrays.stream(leaves)
                .skip(1)
                .map(leaf -> gradients.of(leaf).toDoubleArray())
                .toList();
    }

    @Test
    void threadCountDoesNotChangeResults() {
        for (Case block : List.of(LARGE.get(2), LARGE.get(4), LARGE.get(5), LARGE.get(7))) {
            List<double[]> one = results(block, 1);
            for (int threads = 2; threads <= 3; threads++) {
                List<double[]> more = results(block, threads);
                for (int i = 0; i < one.size(); i++) {
                    assertThat(more.get(i))
                            .as("tensor %d, %d threads", i, threads)
                            .isEqualTo(one.get(i));
                }
            }
        }
    }

    private static List<double[]> results(Case block, int threads) {
        try (CpuDevice cpu = new CpuDevice(threads)) {
            Tensor[] leaves = block.leaves(cpu);
            for (Tensor leaf : leaves) {
                leaf.requiresGrad(true);
            }
            Tensor y = block.fused().apply(leaves);
            List<double[]> results = new ArrayList<>(List.of(y.toDoubleArray()));
            Gradients gradients = y.backward(Tensor.of(cpu, y.shape(), Samples.gaussian(y.shape(), 4)));
            for (Tensor leaf : leaves) {
                results.add(gradients.of(leaf).toDoubleArray());
            }
            return results;
        }
    }

    @Test
    void shapeErrorsNameThePaths() {
        Case block = new Case(Shape.of(2, 3, 4, 4, 4), true, null, conv(3, 1, 5), conv(3, 1, 4));
        assertThatThrownBy(() -> block.fused().apply(block.leaves(BlockCase.REFERENCE)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("residual block: main path and shortcut must have the same shape")
                .hasMessageContaining("[2,4,4,4,4]")
                .hasMessageContaining("[2,3,4,4,4]");
        Case projected = new Case(Shape.of(2, 3, 4, 4, 4), true, conv(1, 1, 4), conv(3, 2, 5), conv(3, 1, 4));
        assertThatThrownBy(() -> projected.fused().apply(projected.leaves(BlockCase.REFERENCE)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[2,4,2,2,2]");
        ConvBlockOp op = projected.op(true);
        assertThat(op.inputName(op.firstInput(1) + 5)).isEqualTo("running variance of unit 1");
        assertThat(op.inputName(op.firstInput(2))).isEqualTo("convolution weight of the shortcut");
        assertThat(op.inputName(op.firstInput(2) + 4)).isEqualTo("running mean of the shortcut");
    }
}
