package dev.voxgrad.nn;

import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.testing.Samples;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.Recorder;
import dev.voxgrad.engine.trace.TraceEvent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tests a layer with named children and a hand-written forward: a residual block, as {@link Layer} shows it. */
@Tag("kernels")
class ResidualBlockTest {
    private static final Shape INPUT = Shape.of(2, 16, 5, 4, 6);

    /** (convolution, batch norm, ReLU, convolution, batch norm) + the input, which "downsample" fits to the width. */
    private static final class BasicBlock implements Layer {
        private final SequencedMap<String, Layer> children = Named.of();
        private final Chain main;
        private final Chain shortcut;
        private final Chain end;

        BasicBlock(Device device, int inputs, int width) {
            children.put("conv1", new Conv3d(device, inputs, width, 3, 1));
            children.put("bn1", new BatchNorm3d(device, width));
            children.put("relu", new ReLU());
            children.put("conv2", new Conv3d(device, width, width, 3, 1));
            children.put("bn2", new BatchNorm3d(device, width));
            main = Chain.of(children, "conv1", "bn1", "relu", "conv2", "bn2");
            end = Chain.of(children, "relu");
            if (inputs == width) {
                shortcut = Chain.of(children);
            } else {
                children.put(
                        "downsample",
                        new Sequential(new Conv3d(device, inputs, width, 1, 0), new BatchNorm3d(device, width)));
                shortcut = Chain.of(children, "downsample");
            }
        }

        @Override
        public Tensor forward(Tensor input) {
            try (var intermediates = new Intermediates()) {
                Tensor residual = intermediates.add(main.forward(input));
                Tensor skip = intermediates.add(shortcut.forward(input));
                return end.forward(intermediates.add(residual.add(skip)));
            }
        }

        @Override
        public boolean keepsActivations() {
            return false;
        }

        @Override
        public SequencedMap<String, Layer> children() {
            return children;
        }
    }

    private static Sequential net(Device device) {
        Sequential net = new Sequential(new BasicBlock(device, 16, 20), new BasicBlock(device, 20, 20));
        Initialization.apply(net, 5);
        FusionTest.moveVectors(net, device);
        return net;
    }

    @Test
    void fusedEqualsUnfusedUpToRounding() {
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

    static Tensor gaussian(Device device, Shape shape) {
        double[] values = Samples.gaussian(shape, 7);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) values[i];
        }
        return Tensor.of(device, shape, values);
    }

    /** Compares in double on the reference, where the layers run one by one. */
    @Test
    void gradientsEqualCentralDifferences() {
        Device device = ReferenceDevice.INSTANCE;
        Layer net = new BasicBlock(device, 2, 3);
        Initialization.apply(net, 5);
        FusionTest.moveVectors(net, device);
        Shape shape = Shape.of(2, 2, 3, 2, 2);
        double[] x = Samples.gaussian(shape, 1);
        Tensor input = Tensor.of(device, shape, x).requiresGrad(true);
        Tensor output = net.forward(input);
        double[] upstream = Samples.gaussian(output.shape(), 2);
        Gradients gradients = output.backward(Tensor.of(device, output.shape(), upstream));
        double step = 1e-5;
        double[] gradient = gradients.of(input).toDoubleArray();
        for (int i = 0; i < x.length; i++) {
            double value = x[i];
            x[i] = value + step;
            double above = product(net.forward(Tensor.of(device, shape, x)), upstream);
            x[i] = value - step;
            double below = product(net.forward(Tensor.of(device, shape, x)), upstream);
            x[i] = value;
            double numeric = (above - below) / (2 * step);
            assertThat(Math.abs(gradient[i] - numeric)).as("element %d", i).isLessThan(1e-6 * (1 + Math.abs(numeric)));
        }
    }

    private static double product(Tensor output, double[] upstream) {
        double[] values = output.toDoubleArray();
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += values[i] * upstream[i];
        }
        return sum;
    }

    @Test
    void profilesShowTheChildrensNames() {
        try (CpuDevice cpu = new CpuDevice(1)) {
            Sequential net = net(cpu);
            Tensor x = gaussian(cpu, INPUT).inLayout(cpu.activationLayout());
            Recorder recorder = new Recorder();
            cpu.traceTo(recorder);
            try (var _ = Scope.open()) {
                net.forward(x).sum().backward();
            }
            List<TraceEvent> events = recorder.takeEvents();
            assertThat(names(events, Pass.FORWARD))
                    .containsExactly(
                            "0.conv1-relu convBlock",
                            "0.conv1-relu conv3d 1",
                            "0.conv1-relu normRelu",
                            "0.conv2 conv3d",
                            "0.bn2 batchNorm",
                            "0.downsample.0 conv3d",
                            "0.downsample.1 batchNorm",
                            "0 add",
                            "0.relu relu",
                            "1.conv1-relu convBlock",
                            "1.conv1-relu conv3d 1",
                            "1.conv1-relu normRelu",
                            "1.conv2 conv3d",
                            "1.bn2 batchNorm",
                            "1 add",
                            "1.relu relu");
            assertThat(names(events, Pass.BACKWARD))
                    .contains("0.conv1-relu convBlock", "0.conv2 conv3d", "0.downsample.1 batchNorm", "1 add");
        }
    }

    private static List<String> names(List<TraceEvent> events, Pass pass) {
        return events.stream()
                .filter(e -> e.pass() == pass && !e.layer().isEmpty())
                .map(e -> e.layer() + " " + e.op())
                .toList();
    }

    /** Uses one thread: how many scratch buffers several threads use at once is left to chance. */
    @Test
    void trainingAllocatesNothingAfterSecondStep() {
        PoolMemory.assertTrainingAllocatesNothingAfterSecondStep(ResidualBlockTest::net, INPUT);
    }

    /** Further blocks reuse the memory of those before them. */
    @Test
    void predictionMemoryDoesNotGrowWithDepth() {
        Function<Device, Layer> block = device -> new BasicBlock(device, 16, 16);
        assertThat(PoolMemory.ofPrediction(12, block, INPUT)).isEqualTo(PoolMemory.ofPrediction(3, block, INPUT));
    }

    @Test
    void unknownChildIsRefused() {
        SequencedMap<String, Layer> children = Named.of("conv1", new ReLU(), "bn1", new ReLU());
        assertThatThrownBy(() -> Chain.of(children, "conv1", "bn2"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("chain: no child named 'bn2'; there are conv1, bn1");
    }
}
