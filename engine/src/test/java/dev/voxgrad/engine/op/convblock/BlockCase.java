package dev.voxgrad.engine.op.convblock;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.testing.DeviceAgreement;
import dev.voxgrad.engine.testing.GradientCheck;
import dev.voxgrad.engine.testing.Samples;

import static org.assertj.core.api.Assertions.assertThat;

/** One block to test, and the checks that hold for every {@link ConvBlockOp}, whatever its ending. */
interface BlockCase {
    ReferenceDevice REFERENCE = ReferenceDevice.INSTANCE;

    /** Returns the shape of x. */
    Shape input();

    /** Returns whether the convolutions have a bias. */
    boolean withBias();

    /** Returns the output channels of {@link ConvBlockOp#allUnits}. */
    List<Integer> outputs();

    /** Returns the shapes of x and all trained parameters. */
    Shape[] shapes();

    /** Returns the operation. */
    ConvBlockOp op(boolean training);

    /** Computes what the block stands for, its operations one by one. */
    Tensor oneByOne(boolean training, Tensor... inputs);

    /** Returns the operation's inputs, made of x and the parameters, with new running statistics. */
    default Tensor[] inputs(Tensor... leaves) {
        Device device = leaves[0].device();
        List<Tensor> inputs = new ArrayList<>();
        inputs.add(leaves[0].inLayout(device.activationLayout()));
        int at = 1;
        for (int channels : outputs()) {
            for (int i = 0; i < (withBias() ? 4 : 3); i++) {
                inputs.add(leaves[at++]);
            }
            inputs.add(Tensor.full(device, Shape.of(channels), 0.25));
            inputs.add(Tensor.full(device, Shape.of(channels), 1.5));
        }
        return inputs.toArray(Tensor[]::new);
    }

    /** Returns the operation as a function of x and the parameters, in training. */
    default Function<Tensor[], Tensor> fused() {
        return leaves -> Tensor.apply(op(true), inputs(leaves));
    }

    /** Returns the length of the longest sum of the operation and its gradients. */
    default int terms() {
        int widest = input().dim(1);
        for (int channels : outputs()) {
            widest = Math.max(widest, channels);
        }
        return Math.max(input().dim(0) * input().elementsFrom(2), 27 * widest);
    }

    /** Returns x and the parameters. */
    default Tensor[] leaves(Device device) {
        Shape[] shapes = shapes();
        double[][] values = values(shapes);
        return IntStream.range(0, shapes.length)
                .mapToObj(i -> Tensor.of(device, shapes[i], values[i]))
                .toArray(Tensor[]::new);
    }

    /** Returns the operation's inputs after it has run. */
    default Tensor[] inputsAfter(Device device, boolean training) {
        Tensor[] inputs = inputs(leaves(device));
        try (var _ = Scope.withoutGradients()) {
            Tensor.apply(op(training), inputs);
        }
        return inputs;
    }

    /** Returns values for x and the parameters. */
    static double[][] values(Shape... shapes) {
        return IntStream.range(0, shapes.length)
                .mapToObj(i -> Samples.gaussian(shapes[i], 200 + i))
                .toArray(double[][]::new);
    }

    /** Compares every gradient with central differences; returns how many were compared. */
    static int assertGradientsEqualCentralDifferences(List<? extends BlockCase> blocks) {
        int compared = 0;
        int expected = 0;
        for (BlockCase block : blocks) {
            compared += GradientCheck.check(block.fused(), block.shapes());
            for (Shape shape : block.shapes()) {
                expected += shape.elements();
            }
        }
        assertThat(compared).isEqualTo(expected);
        return compared;
    }

    /** Compares the reference with the operations one by one, to the last bit: it is composed of the same kernels. */
    static void assertReferenceEqualsTheOperationsOneByOne(List<? extends BlockCase> blocks) {
        for (BlockCase block : blocks) {
            Function<Tensor[], Tensor> oneByOne = leaves -> block.oneByOne(true, block.inputs(leaves));
            double[][] values = values(block.shapes());
            Function<Shape, double[]> upstream = result -> Samples.gaussian(result, 98);
            assertThat(DeviceAgreement.run(REFERENCE, block.fused(), block.shapes(), values, upstream))
                    .isEqualTo(DeviceAgreement.run(REFERENCE, oneByOne, block.shapes(), values, upstream));
        }
    }

    /** Compares results and gradients with the reference; returns how many tensors were compared. */
    static int assertAgreesWithTheReference(Device device, List<? extends BlockCase> blocks) {
        int compared = 0;
        int tensors = 0;
        for (BlockCase block : blocks) {
            compared += DeviceAgreement.check(device, block.terms(), block.fused(), block.shapes());
            tensors += 1 + block.shapes().length;
        }
        assertThat(compared).isEqualTo(tensors);
        return compared;
    }

    /** Compares all inputs after training with the reference; returns how many running statistics were compared. */
    static int assertRunningStatisticsAgreeWithTheReference(Device device, List<? extends BlockCase> blocks) {
        int compared = 0;
        for (BlockCase block : blocks) {
            Tensor[] expected = block.inputsAfter(REFERENCE, true);
            Tensor[] actual = block.inputsAfter(device, true);
            for (int i = 0; i < expected.length; i++) {
                String name = block.op(true).inputName(i);
                double[] before = block.inputs(block.leaves(REFERENCE))[i].toDoubleArray();
                if (name.startsWith("running")) {
                    assertThat(expected[i].toDoubleArray()).as(name).isNotEqualTo(before);
                    compared++;
                }
                DeviceAgreement.assertClose(
                        name, expected[i].toDoubleArray(), actual[i].toDoubleArray(), block.terms());
            }
        }
        return compared;
    }

    /** Compares inference with the operations one by one on the reference device. */
    static void assertInferenceAgreesWithTheOperationsOneByOne(Device device, List<? extends BlockCase> blocks) {
        for (BlockCase block : blocks) {
            double[] expected =
                    block.oneByOne(false, block.inputs(block.leaves(REFERENCE))).toDoubleArray();
            try (var _ = Scope.withoutGradients()) {
                Tensor actual = Tensor.apply(block.op(false), block.inputs(block.leaves(device)));
                DeviceAgreement.assertClose("result", expected, actual.toDoubleArray(), block.terms());
            }
        }
    }
}
