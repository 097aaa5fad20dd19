package dev.voxgrad.nn;

import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.voxgrad.engine.GradientMode;
import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.nn.optim.Optimizer;
import dev.voxgrad.nn.optim.SGD;
import dev.voxgrad.nn.optim.WeightAverage;
import dev.voxgrad.nn.testing.TestNets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Checks which orders of forward, backward and step are accepted and refused, with whole nets: as in PyTorch. */
class TrainingOrderTest {
    private static final Shape VOLUMES = Shape.of(2, 1, 4, 4, 4);
    private static final int[] LABELS = {0, 1};
    private static final CpuDevice FUSED = new CpuDevice(1);

    @AfterAll
    static void close() {
        FUSED.close();
    }

    static List<Device> devices() {
        return List.of(FUSED, ReferenceDevice.INSTANCE);
    }

    private static Tensor volumes(Device device, int seed) {
        double[] values = new double[VOLUMES.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.sin(1.7 * i + seed);
        }
        return Tensor.of(device, VOLUMES, values);
    }

    private static Sequential net(Device device) {
        Sequential net = TestNets.net(device, 1, 2, 1, 2);
        Initialization.apply(net, 1);
        return net;
    }

    /** Maps a volume to a volume. */
    private static Sequential generator(Device device) {
        Sequential net = new Sequential(new Conv3d(device, 1, 1, 3, 1), new BatchNorm3d(device, 1), new ReLU());
        Initialization.apply(net, 2);
        return net;
    }

    private static Optimizer sgd(Layer net) {
        return new Optimizer(new SGD(0.1, 0, 0), net.parameters());
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("devices")
    void refusesTwoLossesWithStepBetween(Device device) {
        Sequential net = net(device);
        Optimizer optimizer = sgd(net);
        try (Scope _ = Scope.open()) {
            Tensor first = net.forward(volumes(device, 1)).crossEntropy(LABELS);
            Tensor second = net.forward(volumes(device, 2)).crossEntropy(LABELS);
            optimizer.step(first.backward());
            assertThatThrownBy(second::backward)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("linear")
                    .hasMessageContaining("weight [2,2]")
                    .hasMessageContaining("changed in place");
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("devices")
    void refusesWeightsLoadedBeforeBackward(Device device) {
        Sequential net = net(device);
        try (Scope _ = Scope.open()) {
            Tensor loss = net.forward(volumes(device, 1)).crossEntropy(LABELS);
            net.loadStateDict(net.stateDict());
            assertThatThrownBy(loss::backward).hasMessageContaining("changed in place");
        }
    }

    /** Computes both losses first, then steps: the sum of the gradients, as in gradient accumulation. */
    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("devices")
    void acceptsSeveralBackwardsBeforeOneStep(Device device) {
        Sequential net = net(device);
        Optimizer optimizer = sgd(net);
        Tensor weight = net.parameters().get("fc.2.weight");
        for (int step = 0; step < 2; step++) {
            try (Scope _ = Scope.open()) {
                Tensor first = net.forward(volumes(device, 1)).crossEntropy(LABELS);
                Tensor second = net.forward(volumes(device, 2)).crossEntropy(LABELS);
                double[] sum = first.backward()
                        .of(weight)
                        .add(second.backward().of(weight))
                        .toDoubleArray();
                Gradients together = net.forward(volumes(device, 1))
                        .crossEntropy(LABELS)
                        .add(net.forward(volumes(device, 2)).crossEntropy(LABELS))
                        .backward();
                assertThat(together.of(weight).toDoubleArray())
                        .usingComparatorWithPrecision(1e-6)
                        .containsExactly(sum);
                optimizer.step(together);
            }
        }
    }

    /** Steps the discriminator between the generator's forward and its backward, and then applies it again. */
    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("devices")
    void acceptsOrderOfAdversarialTraining(Device device) {
        Sequential generator = generator(device);
        Sequential discriminator = net(device);
        Optimizer ofGenerator = sgd(generator);
        Optimizer ofDiscriminator = sgd(discriminator);
        Tensor weight = generator.parameters().get("0.weight");
        for (int step = 0; step < 3; step++) {
            double[] before = weight.toDoubleArray();
            try (Scope _ = Scope.open()) {
                Tensor fake = generator.forward(volumes(device, 1));
                Tensor real = discriminator.forward(volumes(device, 2)).crossEntropy(1, 1);
                Tensor told = discriminator.forward(fake.detach()).crossEntropy(0, 0);
                ofDiscriminator.step(real.add(told).backward());
                ofGenerator.step(discriminator.forward(fake).crossEntropy(1, 1).backward());
            }
            assertThat(weight.toDoubleArray()).isNotEqualTo(before);
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("devices")
    void refusesLossOfOutdatedDiscriminator(Device device) {
        Sequential generator = generator(device);
        Sequential discriminator = net(device);
        Optimizer ofDiscriminator = sgd(discriminator);
        try (Scope _ = Scope.open()) {
            Tensor fake = generator.forward(volumes(device, 1));
            Tensor loss = discriminator.forward(fake).crossEntropy(1, 1);
            ofDiscriminator.step(
                    discriminator.forward(fake.detach()).crossEntropy(0, 0).backward());
            assertThatThrownBy(loss::backward).hasMessageContaining("changed in place");
        }
    }

    /** The teacher is an average of the student; its targets are computed inside the student's step. */
    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("devices")
    void acceptsAveragedTeacherInsideStep(Device device) {
        Sequential student = net(device);
        Sequential teacher = net(device);
        WeightAverage average = new WeightAverage(0.9, student, teacher);
        Optimizer optimizer = sgd(student);
        teacher.eval();
        for (int step = 0; step < 3; step++) {
            try (Scope _ = Scope.open()) {
                Tensor logits = student.forward(volumes(device, step));
                Tensor target;
                try (GradientMode _ = GradientMode.off()) {
                    target = teacher.forward(volumes(device, step));
                }
                Tensor difference = logits.add(target.scale(-1));
                optimizer.step(difference.mul(difference).mean().backward());
                average.update();
            }
        }
        assertThat(teacher.parameters().get("fc.2.weight").requiresGrad()).isTrue();

        Tensor recorded = teacher.forward(volumes(device, 1)).crossEntropy(LABELS);
        average.update();
        assertThatThrownBy(recorded::backward).hasMessageContaining("changed in place");
    }
}
