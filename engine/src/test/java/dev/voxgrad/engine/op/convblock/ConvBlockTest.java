package dev.voxgrad.engine.op.convblock;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

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
import dev.voxgrad.engine.op.pool3d.MaxPool3dOp;
import dev.voxgrad.engine.testing.OnEveryDevice;
import dev.voxgrad.engine.testing.Samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Tag("kernels")
class ConvBlockTest {
    private static final double MOMENTUM = 0.1;
    private static final double EPS = 1e-5;

    /**
     * Blocks of one to three units, with and without bias and pool, over volumes with odd edges, for small channels.
     */
    private static final List<Case> SMALL = List.of(
            new Case(Shape.of(2, 2, 2, 3, 2), false, false, 1, 3),
            new Case(Shape.of(2, 1, 3, 2, 4), true, true, 1, 2),
            new Case(Shape.of(2, 2, 2, 2, 3), true, true, 1, 3, 2),
            new Case(Shape.of(1, 2, 2, 3, 2), false, false, 1, 2, 3, 2));

    /** Channels around the vector widths, and volumes for which each of the CPU's algorithms is chosen. */
    private static final List<Case> LARGE = List.of(
            new Case(Shape.of(2, 1, 6, 5, 7), true, true, 1, 32),
            new Case(Shape.of(2, 3, 5, 6, 4), false, true, 1, 17),
            new Case(Shape.of(3, 16, 4, 6, 5), true, false, 1, 17),
            new Case(Shape.of(2, 16, 6, 6, 6), true, true, 1, 32, 16),
            new Case(Shape.of(2, 1, 6, 8, 5), false, true, 1, 16, 33),
            new Case(Shape.of(3, 5, 7, 6, 7), true, true, 0, 7, 9),
            new Case(Shape.of(2, 15, 6, 4, 4), false, false, 1, 16, 31, 17),
            new Case(Shape.of(1, 16, 7, 6, 5), true, true, 1, 16, 17, 4));

    /**
     * One block.
     *
     * @param channels of each unit's output
     */
    private record Case(Shape input, boolean withBias, boolean pool, int padding, int... channels)
            implements BlockCase {
        @Override
        public ConvBlockOp op(boolean training) {
            ConvBlockOp.Unit unit = new ConvBlockOp.Unit(Conv3dOp.padded(padding), withBias, MOMENTUM, EPS);
            return new ConvBlockOp(
                    IntStream.range(0, channels.length).mapToObj(_ -> unit).toList(),
                    pool ? new BlockEnding.Pooled() : new BlockEnding.Rectified(),
                    training);
        }

        @Override
        public Shape[] shapes() {
            List<Shape> shapes = new ArrayList<>(List.of(input));
            int inputs = input.dim(1);
            for (int outputs : channels) {
                shapes.add(Shape.of(outputs, inputs, 3, 3, 3));
                for (int i = 0; i < (withBias ? 3 : 2); i++) {
                    shapes.add(Shape.of(outputs));
                }
                inputs = outputs;
            }
            return shapes.toArray(Shape[]::new);
        }

        @Override
        public List<Integer> outputs() {
            return Arrays.stream(channels).boxed().toList();
        }

        @Override
        public Tensor oneByOne(boolean training, Tensor... inputs) {
            Tensor a = inputs[0];
            int at = 1;
            for (int i = 0; i < channels.length; i++) {
                Tensor weight = inputs[at++];
                Tensor bias = withBias ? inputs[at++] : null;
                a = a.conv3d(weight, bias, Conv3dOp.padded(padding))
                        .batchNorm(inputs[at], inputs[at + 1], inputs[at + 2], inputs[at + 3], training, MOMENTUM, EPS)
                        .relu();
                at += 4;
            }
            return pool ? a.maxPool3d(Dims3.cube(2), Dims3.cube(2), Dims3.ZERO) : a;
        }
    }

    @Test
    void gradientsEqualCentralDifferences() {
        assertThat(BlockCase.assertGradientsEqualCentralDifferences(SMALL)).isGreaterThan(700);
    }

    @Test
    void referenceEqualsTheOperationsOneByOne() {
        BlockCase.assertReferenceEqualsTheOperationsOneByOne(SMALL);
    }

    @OnEveryDevice
    void agreesWithTheReference(Device device) {
        assertThat(BlockCase.assertAgreesWithTheReference(device, LARGE)).isEqualTo(70);
    }

    @OnEveryDevice
    void runningStatisticsAgreeWithTheReference(Device device) {
        assertThat(BlockCase.assertRunningStatisticsAgreeWithTheReference(device, LARGE))
                .isEqualTo(2 * 15);
    }

    @OnEveryDevice(reference = true)
    void inferenceAgreesWithTheOperationsOneByOne(Device device) {
        BlockCase.assertInferenceAgreesWithTheOperationsOneByOne(device, LARGE);
    }

    @OnEveryDevice(reference = true)
    void inferenceLeavesTheRunningStatisticsAlone(Device device) {
        Case block = LARGE.getFirst();
        Tensor[] before = block.inputs(block.leaves(device));
        Tensor[] after = block.inputsAfter(device, false);
        for (int i = 0; i < before.length; i++) {
            assertThat(after[i].toDoubleArray()).isEqualTo(before[i].toDoubleArray());
        }
    }

    @OnEveryDevice(reference = true)
    void inferenceHasNoBackward(Device device) {
        Case block = SMALL.getFirst();
        Tensor[] leaves = block.leaves(device);
        leaves[1].requiresGrad(true);
        assertThatThrownBy(() -> Tensor.apply(block.op(false), block.inputs(leaves)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("convBlock: has no backward when it uses running statistics");
    }

    @Test
    void threadCountDoesNotChangeResults() {
        Case block = new Case(Shape.of(3, 16, 9, 8, 6), true, true, 1, 32, 24);
        List<double[]> one = results(block, 1);
        for (int threads = 2; threads <= 3; threads++) {
            List<double[]> more = results(block, threads);
            for (int i = 0; i < one.size(); i++) {
                assertThat(more.get(i)).as("tensor %d, %d threads", i, threads).isEqualTo(one.get(i));
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
    void shapeErrorsNameTheInput() {
        Case block = new Case(Shape.of(2, 3, 4, 4, 4), true, true, 1, 5, 6);
        ConvBlockOp op = block.op(true);
        Tensor[] inputs = block.inputs(block.leaves(BlockCase.REFERENCE));
        assertThat(op.outputShape(shapes(inputs))).isEqualTo(Shape.of(2, 6, 2, 2, 2));
        Tensor[] wrongWeight = inputs.clone();
        wrongWeight[op.firstInput(1)] = Tensor.zeros(BlockCase.REFERENCE, Shape.of(6, 4, 3, 3, 3));
        assertThatThrownBy(() -> Tensor.apply(op, wrongWeight))
                .isInstanceOf(ShapeException.class)
                .hasMessage("conv3d: input has 5 channels (dim 1) but weight expects 4; "
                        + "input [2,5,4,4,4], weight [6,4,3,3,3]");
        Tensor[] wrongNorm = inputs.clone();
        wrongNorm[op.firstInput(1) + 3] = Tensor.zeros(BlockCase.REFERENCE, Shape.of(7));
        assertThatThrownBy(() -> Tensor.apply(op, wrongNorm))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("batchNorm: input has 6 channels (dim 1) but bias expects 7");
        assertThat(op.inputName(0)).isEqualTo("input");
        assertThat(op.inputName(2)).isEqualTo("convolution bias of unit 0");
        assertThat(op.inputName(op.firstInput(1) + 5)).isEqualTo("running variance of unit 1");
    }

    private static Shape[] shapes(Tensor... tensors) {
        return IntStream.range(0, tensors.length)
                .mapToObj(i -> tensors[i].shape())
                .toArray(Shape[]::new);
    }

    @Test
    void onlyAPoolOfCubesOfTwoFits() {
        assertThat(ConvBlockOp.fits(Dims3.cube(2), Dims3.cube(2), Dims3.ZERO)).isTrue();
        assertThat(ConvBlockOp.fits(Dims3.cube(3), Dims3.cube(2), Dims3.ZERO)).isFalse();
        assertThat(ConvBlockOp.fits(Dims3.cube(2), Dims3.ONE, Dims3.ZERO)).isFalse();
        assertThat(ConvBlockOp.fits(Dims3.cube(2), Dims3.cube(2), Dims3.ONE)).isFalse();
        assertThat(ConvBlockOp.POOL).isEqualTo(new MaxPool3dOp(Dims3.cube(2), Dims3.cube(2), Dims3.ZERO));
    }
}
