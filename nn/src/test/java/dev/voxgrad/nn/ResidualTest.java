package dev.voxgrad.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.function.Function;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.Recorder;
import dev.voxgrad.engine.trace.TraceEvent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

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
        assertAgreement(ResidualTest::net, "convBlock", "relu");
    }

    private static void assertAgreement(Function<Device, Sequential> net, String fusedOperation, String operation) {
        try (CpuDevice fused = new CpuDevice(2);
                CpuDevice unfused = new CpuDevice(2, ConvolutionMode.AUTO, false)) {
            Device reference = ReferenceDevice.INSTANCE;
            FusionTest.Results expected =
                    FusionTest.train(net.apply(reference), reference, INPUT, ResidualBlockTest::gaussian);
            for (Device device : List.of(fused, unfused)) {
                FusionTest.Results actual =
                        FusionTest.train(net.apply(device), device, INPUT, ResidualBlockTest::gaussian);
                assertThat(actual.operation()).isEqualTo(device == fused ? fusedOperation : operation);
                assertThat(actual.names()).isEqualTo(expected.names());
                assertThat(actual.largestError(expected)).isLessThan(1);
            }
        }
    }

    /** A leaky ReLU cannot be part of a fused block. */
    @Test
    void otherLayersRunOneByOne() {
        assertAgreement(device -> started(device, leaky(device)), "relu", "relu");
    }

    private static Residual leaky(Device device) {
        SequencedMap<String, Layer> main = Named.of();
        main.put("conv1", convolution(device, 16, 12, 3, 1));
        main.put("bn1", new BatchNorm3d(device, 12));
        main.put("relu1", new LeakyReLU(0.1));
        main.put("conv2", convolution(device, 12, 16, 3, 1));
        main.put("bn2", new BatchNorm3d(device, 16));
        return new Residual(main);
    }

    /** A main path that does not end with batch norm cannot be part of a fused block, nor a shortcut of one layer. */
    @Test
    void unfinishedPathsRunOneByOne() {
        assertAgreement(
                device -> {
                    SequencedMap<String, Layer> main = Named.of();
                    main.put("conv1", convolution(device, 16, 16, 3, 1));
                    main.put("bn1", new BatchNorm3d(device, 16));
                    main.put("relu1", new ReLU());
                    return started(device, new Residual(main));
                },
                "relu",
                "relu");
        assertAgreement(
                device -> {
                    SequencedMap<String, Layer> main = Named.of();
                    main.put("conv1", convolution(device, 16, 8, 3, 2));
                    main.put("bn1", new BatchNorm3d(device, 8));
                    return started(device, new Residual(main, convolution(device, 16, 8, 1, 2)));
                },
                "relu",
                "relu");
    }

    /** Gradients through running statistics, which fused blocks do not have. */
    @Test
    void evaluationHasGradients() {
        List<double[]> expected = evaluated(ReferenceDevice.INSTANCE, block -> block.training(false));
        try (CpuDevice cpu = new CpuDevice(2)) {
            assertClose(evaluated(cpu, block -> block.training(false)), expected);
        }
    }

    @Test
    void batchNormsMayBeInDifferentModes() {
        for (String frozen : List.of("bn1", "bn2", "shortcut")) {
            Consumer<Residual> mode = block -> block.children().get(frozen).training(false);
            List<double[]> expected = evaluated(ReferenceDevice.INSTANCE, mode);
            try (CpuDevice cpu = new CpuDevice(2)) {
                assertClose(evaluated(cpu, mode), expected);
            }
        }
    }

    /** The result and all gradients of a block that {@code mode} was applied to. */
    private static List<double[]> evaluated(Device device, Consumer<Residual> mode) {
        Residual block = basic(device, 16, 20, 2);
        started(device, block);
        mode.accept(block);
        Tensor x = ResidualBlockTest.gaussian(device, INPUT).requiresGrad(true);
        Tensor y = block.forward(x);
        Gradients gradients = y.backward(ResidualBlockTest.gaussian(device, y.shape()));
        List<double[]> results = new ArrayList<>();
        results.add(y.toDoubleArray());
        results.add(gradients.of(x).toDoubleArray());
        block.parameters()
                .values()
                .forEach(each -> results.add(gradients.of(each).toDoubleArray()));
        return results;
    }

    /** Allows 2e-5 of the largest value, as {@link FusionTest.Results} does. */
    private static void assertClose(List<double[]> actual, List<double[]> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            double scale = Math.max(
                    1, Arrays.stream(expected.get(i)).map(Math::abs).max().orElseThrow());
            assertThat(actual.get(i)).as("tensor %d", i).containsExactly(expected.get(i), within(2e-5 * scale));
        }
    }

    private static Sequential started(Device device, Residual block) {
        Sequential net = new Sequential(block);
        Initialization.apply(net, 5);
        FusionTest.moveVectors(net, device);
        return net;
    }

    @Test
    void profilesShowTheUnitsUnderTheBlocksName() {
        try (CpuDevice cpu = new CpuDevice(1)) {
            Sequential net = new Sequential(basic(cpu, 16, 20, 2), bottleneck(cpu, 20, 5, 1));
            Tensor x = ResidualBlockTest.gaussian(cpu, INPUT).inLayout(cpu.activationLayout());
            Recorder recorder = new Recorder();
            cpu.traceTo(recorder);
            try (var _ = Scope.open()) {
                net.forward(x.requiresGrad(true)).sum().backward();
            }
            List<TraceEvent> events = recorder.takeEvents();
            assertThat(names(events, Pass.FORWARD))
                    .containsExactly(
                            "0 convBlock",
                            "0 conv3d 1",
                            "0 conv3d 2",
                            "0 conv3d shortcut",
                            "0 normAddRelu",
                            "1 convBlock",
                            "1 conv3d 1",
                            "1 conv3d 2",
                            "1 conv3d 3",
                            "1 normAddRelu");
            assertThat(names(events, Pass.BACKWARD)).containsExactlyInAnyOrderElementsOf(names(events, Pass.FORWARD));
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
        PoolMemory.assertTrainingAllocatesNothingAfterSecondStep(ResidualTest::net, INPUT);
    }

    @Test
    void predictionMemoryDoesNotGrowWithDepth() {
        Function<Device, Layer> block = device -> basic(device, 16, 16, 1);
        assertThat(PoolMemory.ofPrediction(12, block, INPUT)).isEqualTo(PoolMemory.ofPrediction(3, block, INPUT));
    }

    /** Each further block saves its two convolutions' outputs and its result, and nothing else of that size. */
    @Test
    void trainingMemoryGrowsByThreeTensorsPerBlock() {
        Shape shape = Shape.of(1, 16, 16, 16, 16);
        long activation = 4L * shape.elements();
        long parameters = 4L * (2 * 27 * 16 * 16 + 8 * 16); // and as many gradients, and small change
        Function<Device, Layer> block = device -> basic(device, 16, 16, 1);
        long growth = PoolMemory.ofTraining(5, block, shape) - PoolMemory.ofTraining(4, block, shape);
        assertThat(growth).isBetween(3 * activation, 3 * activation + 3 * parameters);
    }

    @Test
    void mainPathMayNotNameALayerShortcut() {
        assertThatThrownBy(() -> new Residual(Named.of("shortcut", new ReLU())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("residual: the main path has a layer named 'shortcut'");
    }
}
