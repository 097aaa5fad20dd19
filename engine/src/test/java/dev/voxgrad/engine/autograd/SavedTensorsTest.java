package dev.voxgrad.engine.autograd;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.op.convblock.BlockEnding;
import dev.voxgrad.engine.op.convblock.ConvBlockOp;
import dev.voxgrad.engine.optim.AdamUpdate;
import dev.voxgrad.engine.optim.AverageUpdate;
import dev.voxgrad.engine.optim.GradientMath;
import dev.voxgrad.engine.optim.SgdUpdate;
import dev.voxgrad.engine.testing.OnEveryDevice;
import dev.voxgrad.engine.testing.Samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Checks that saved tensors have not changed between forward and backward, as in PyTorch. */
class SavedTensorsTest {
    private static final Shape VOLUMES = Shape.of(2, 1, 3, 3, 3);
    private static final SgdUpdate SGD = new SgdUpdate(0.1, 0, 0, false);

    private static Tensor random(Device device, Shape shape) {
        return Tensor.of(device, shape, Samples.gaussian(shape, 1));
    }

    private static Tensor leaf(Device device, Shape shape) {
        return random(device, shape).requiresGrad(true);
    }

    private static void step(Tensor parameter) {
        SGD.apply(parameter, random(parameter.device(), parameter.shape()), null);
    }

    private static void assertRefused(Tensor result, String... parts) {
        assertThatThrownBy(() -> result.backward(random(result.device(), result.shape())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was changed in place")
                .hasMessageContainingAll(parts);
    }

    @OnEveryDevice(reference = true)
    void refusesBackwardAfterWeightUpdate(Device device) {
        Tensor x = leaf(device, VOLUMES);
        Tensor weight = leaf(device, Shape.of(2, 1, 3, 3, 3));
        Tensor y = x.conv3d(weight, null, Conv3dOp.padded(1));
        step(weight);
        assertRefused(y, "conv3d", "weight [2,1,3,3,3]");

        Tensor flat = leaf(device, Shape.of(2, 3));
        Tensor matrix = leaf(device, Shape.of(4, 3));
        Tensor product = flat.linear(matrix);
        step(matrix);
        assertRefused(product, "linear", "weight [4,3]");

        Tensor gamma = leaf(device, Shape.of(1));
        Tensor beta = leaf(device, Shape.of(1));
        Tensor norm = x.batchNorm(
                gamma, beta, Tensor.zeros(device, Shape.of(1)), Tensor.full(device, Shape.of(1), 1), true, 0.1, 1e-5);
        step(gamma);
        assertRefused(norm, "batchNorm", "weight [1]");

        Tensor a = leaf(device, Shape.of(3));
        Tensor b = leaf(device, Shape.of(3));
        Tensor ab = a.mul(b);
        step(b);
        assertRefused(ab, "mul", "b [3]");

        Tensor relu = a.relu();
        step(relu);
        assertRefused(relu, "relu", "its result");
    }

    static Stream<Consumer<Tensor>> writers() {
        return Stream.of(
                t -> t.device().write(new float[t.shape().elements()], t.storage()),
                t -> t.device().write(new double[t.shape().elements()], t.storage()),
                t -> t.device().fill(t.storage(), 1),
                SavedTensorsTest::step,
                t -> new SgdUpdate(0.1, 0.9, 0, true).apply(t, random(t.device(), t.shape()), t.emptyLike()),
                t -> new AdamUpdate(0.1, 0.9, 0.999, 1e-8, 0, true, 1)
                        .apply(
                                t,
                                random(t.device(), t.shape()),
                                Tensor.zeros(t.device(), t.shape()),
                                Tensor.zeros(t.device(), t.shape())),
                t -> new AverageUpdate(0.9).apply(t, random(t.device(), t.shape())),
                t -> GradientMath.scale(t, 2),
                t -> GradientMath.clamp(t, 0.1),
                t -> GradientMath.clipNorm(List.of(t), 0.1),
                t -> step(t.detach()),
                t -> step(t.reshape(Shape.of(t.shape().elements()))),
                Tensor::written);
    }

    @OnEveryDevice(reference = true)
    void everyWriterCountsItsChange(Device device) {
        int writers = 0;
        for (Consumer<Tensor> writer : writers().toList()) {
            Tensor x = leaf(device, Shape.of(2, 3));
            Tensor w = random(device, Shape.of(2, 3));
            Tensor y = x.mul(w);
            writer.accept(w);
            assertRefused(y, "mul", "b [2,3]");
            writers++;
        }
        assertThat(writers).isEqualTo(13);
    }

    /** The gradient of y = x·wᵀ + b needs w for x and x for w: a tensor that is not read may change, as in PyTorch. */
    @OnEveryDevice(reference = true)
    void acceptsChangesOfTensorsBackwardDoesNotRead(Device device) {
        Tensor data = random(device, Shape.of(2, 3));
        Tensor weight = leaf(device, Shape.of(4, 3));
        Tensor bias = leaf(device, Shape.of(4));
        Tensor y = data.linear(weight, bias);
        double[] expected =
                data.linear(weight, bias).sum().backward().of(weight).toDoubleArray();
        step(weight);
        step(bias);
        assertThat(y.sum().backward().of(weight).toDoubleArray()).containsExactly(expected);

        Tensor z = data.linear(weight, bias);
        device.fill(data.storage(), 1);
        assertRefused(z, "linear", "input [2,3]");
    }

    /** Each training forward updates the running statistics, but no backward reads them. */
    @OnEveryDevice(reference = true)
    void acceptsSeveralTrainingForwardsBeforeOneBackward(Device device) {
        Shape channel = Shape.of(1);
        Tensor x = leaf(device, VOLUMES);
        Tensor gamma = leaf(device, channel);
        Tensor beta = leaf(device, channel);
        Tensor mean = Tensor.zeros(device, channel);
        Tensor variance = Tensor.full(device, channel, 1);
        Tensor first = x.batchNorm(gamma, beta, mean, variance, true, 0.1, 1e-5);
        Tensor second = x.batchNorm(gamma, beta, mean, variance, true, 0.1, 1e-5);
        assertThat(first.add(second).backward(random(device, VOLUMES)).has(gamma))
                .isTrue();
    }

    /** In evaluation, the gradient uses the statistics at the time of the forward, even if they change later. */
    @OnEveryDevice(reference = true)
    void evaluationKeepsItsRunningStatistics(Device device) {
        Shape channel = Shape.of(1);
        Tensor x = leaf(device, VOLUMES);
        Tensor gamma = leaf(device, channel);
        Tensor beta = leaf(device, channel);
        Tensor mean = Tensor.full(device, channel, 0.5);
        Tensor variance = Tensor.full(device, channel, 4);
        Tensor expected = x.batchNorm(gamma, beta, mean, variance, false, 0.1, 1e-5)
                .backward(random(device, VOLUMES))
                .of(x);
        Tensor y = x.batchNorm(gamma, beta, mean, variance, false, 0.1, 1e-5);
        x.batchNorm(gamma, beta, mean, variance, true, 0.1, 1e-5);
        assertThat(mean.toArray()).doesNotContain(0.5f);
        assertThat(y.backward(random(device, VOLUMES)).of(x).toArray()).containsExactly(expected.toArray());
    }

    /** Another graph that saved running statistics detects that a training forward changes them. */
    @OnEveryDevice(reference = true)
    void trainingCountsItsChangeOfRunningStatistics(Device device) {
        Shape channel = Shape.of(1);
        Tensor mean = Tensor.zeros(device, channel);
        Tensor variance = Tensor.full(device, channel, 1);
        Tensor y = leaf(device, channel).mul(mean);
        Tensor z = leaf(device, channel).mul(variance);
        random(device, VOLUMES)
                .batchNorm(leaf(device, channel), leaf(device, channel), mean, variance, true, 0.1, 1e-5);
        assertRefused(y, "mul");
        assertRefused(z, "mul");
    }

    @OnEveryDevice(reference = true)
    void fusedBlocksDetectChangeOfEachParameter(Device device) {
        if (device instanceof ReferenceDevice) {
            return; // has no fused block
        }
        Conv3dOp convolution = Conv3dOp.padded(1);
        ConvBlockOp block = new ConvBlockOp(
                List.of(
                        new ConvBlockOp.Unit(convolution, false, 0.1, 1e-5),
                        new ConvBlockOp.Unit(convolution, true, 0.1, 1e-5)),
                new BlockEnding.Rectified(),
                true);
        String[] roles = {
            "input",
            "convolution weight of unit 0",
            "batch norm weight of unit 0",
            "batch norm bias of unit 0",
            null,
            null,
            "convolution weight of unit 1",
            null,
            "batch norm weight of unit 1",
            "batch norm bias of unit 1",
            null,
            null
        };
        int refused = 0;
        for (int changed = 0; changed < roles.length; changed++) {
            Tensor[] inputs = {
                leaf(device, VOLUMES).inLayout(device.activationLayout()),
                leaf(device, Shape.of(2, 1, 3, 3, 3)),
                leaf(device, Shape.of(2)),
                leaf(device, Shape.of(2)),
                Tensor.zeros(device, Shape.of(2)),
                Tensor.full(device, Shape.of(2), 1),
                leaf(device, Shape.of(2, 2, 3, 3, 3)),
                leaf(device, Shape.of(2)),
                leaf(device, Shape.of(2)),
                leaf(device, Shape.of(2)),
                Tensor.zeros(device, Shape.of(2)),
                Tensor.full(device, Shape.of(2), 1)
            };
            Tensor y = Tensor.apply(block, inputs);
            device.fill(inputs[changed].storage(), 1);
            if (roles[changed] == null) {
                assertThat(y.backward(Tensor.full(device, y.shape(), 1).inLayout(y.layout()))
                                .has(inputs[1]))
                        .isTrue();
            } else {
                assertRefused(y, "convBlock", roles[changed]);
                refused++;
            }
        }
        assertThat(refused).isEqualTo(7);
    }

    @Test
    void refusesOverwrittenPoolInputs() {
        Tensor x = leaf(ReferenceDevice.INSTANCE, Shape.of(1, 1, 2, 2, 2));
        Tensor y = x.maxPool3d(Dims3.cube(2), Dims3.cube(2), Dims3.ZERO);
        step(x);
        assertRefused(y, "maxPool3d");
    }
}
