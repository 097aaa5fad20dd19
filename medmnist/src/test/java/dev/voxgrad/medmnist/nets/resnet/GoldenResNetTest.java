package dev.voxgrad.medmnist.nets.resnet;

import java.util.Arrays;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.testing.GoldenFormula;
import dev.voxgrad.engine.testing.Npz;
import dev.voxgrad.engine.testing.SharedFiles;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.nn.Chain;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.Named;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.optim.Adam;
import dev.voxgrad.nn.optim.AdamW;
import dev.voxgrad.nn.optim.Optimizer;
import dev.voxgrad.nn.optim.UpdateRule;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compares the six nets, in evaluation and in a step of training, with what PyTorch computes in double precision from
 * the same weights and volumes.
 *
 * <p>In float32, a ReLU's input that is zero but for rounding may fall to the other side, which switches a path in the
 * gradients of everything before it on or off. One of N terms of random sign is 1/√N of a sum: 2e-3 to 4e-3 here, and a
 * few of the ReLUs' 10⁷ to 10⁸ inputs are that close to zero. This is why gradients have such wide bounds; a wrong
 * formula is off by 0.3 or more in some parameter. In the reference device's double precision nothing falls to the
 * other side, and every gradient agrees within 1e-5.
 */
class GoldenResNetTest {
    private static final int CLASSES = 2;
    private static final int EDGE = 28;
    private static final Shape INPUT = Shape.of(2, 1, EDGE, EDGE, EDGE);
    private static final double RATE = 1e-3;
    private static final String[] STAGES = {"stem", "layer1", "layer2", "layer3", "layer4", "pool"};

    /**
     * Bounds the errors of what is computed from gradients.
     *
     * @param norm of a gradient's norm, relative
     * @param gradient of a gradient's probe and its first elements, relative to its norm
     * @param head of the gradients of the last layer, which no ReLU follows
     * @param step of the norm of a parameter after a step, and of its change, relative
     * @param after of the logits after a step of Adam, absolute; the step moves them by about 4
     */
    private record Bounds(double norm, double gradient, double head, double step, double after) {
        static Bounds float32(ResNet net) {
            return net.depth() == 18
                    ? new Bounds(1e-2, 3e-2, 1e-4, 3e-3, 0.02)
                    : new Bounds(2e-2, 1e-1, 1e-4, 3e-3, 0.3);
        }

        static Bounds float64() {
            return new Bounds(1e-5, 1e-5, 1e-5, 3e-3, 0.02);
        }
    }

    private static Stream<ResNet> resNet18() {
        return ResNet.ALL.stream().filter(net -> net.depth() == 18);
    }

    private static Stream<ResNet> resNet50() {
        return ResNet.ALL.stream().filter(net -> net.depth() == 50);
    }

    private static Stream<ResNet> all() {
        return ResNet.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("resNet18")
    void resNet18ReproducesPyTorch(ResNet net) {
        checkOnCpu(net, true);
    }

    @Tag("thorough")
    @ParameterizedTest
    @MethodSource("resNet50")
    void resNet50ReproducesPyTorch(ResNet net) {
        checkOnCpu(net, true);
    }

    @Tag("thorough")
    @ParameterizedTest
    @MethodSource("all")
    void layersOneByOneReproducePyTorch(ResNet net) {
        checkOnCpu(net, false);
    }

    @Tag("golden-reference")
    @ParameterizedTest
    @MethodSource("resNet18")
    void resNet18AgreesInDoublePrecision(ResNet net) {
        check(ReferenceDevice.INSTANCE, net, Bounds.float64());
    }

    @Tag("golden-reference")
    @ParameterizedTest
    @MethodSource("resNet50")
    void resNet50AgreesInDoublePrecision(ResNet net) {
        check(ReferenceDevice.INSTANCE, net, Bounds.float64());
    }

    private static void checkOnCpu(ResNet net, boolean fusion) {
        int threads = Runtime.getRuntime().availableProcessors();
        try (CpuDevice device = new CpuDevice(threads, ConvolutionMode.AUTO, fusion)) {
            check(device, net, Bounds.float32(net));
        }
    }

    private static void check(Device device, ResNet spec, Bounds bounds) {
        GoldenValues golden = new GoldenValues(spec);
        Layer net = spec.build(device, new VolumeShape(1, EDGE), CLASSES);
        net.loadStateDict(start(net));
        Tensor x = Tensor.of(device, INPUT, GoldenFormula.volumes(INPUT));
        net.eval();
        checkActivations(golden, net, x);
        golden.checkAbsolute("adrenal_logits", evaluate(net, adrenalVolumes(device)), 2e-5);
        net.train();
        try (Scope _ = Scope.open()) {
            int[] labels = Arrays.stream(golden.get("labels"))
                    .mapToInt(label -> (int) label)
                    .toArray();
            Tensor logits = net.forward(x);
            Tensor loss = logits.crossEntropy(labels);
            golden.checkAbsolute("train_logits", logits.toDoubleArray(), 1e-3);
            golden.checkAbsolute("loss", new double[] {loss.item()}, 1e-4);
            Gradients gradients = loss.backward();
            checkGradients(golden, net.parameters(), gradients, bounds);
            checkRunning(golden, net.buffers());
            checkStep(golden, net, gradients, new Adam(RATE, 0), bounds);
            golden.checkAbsolute("train_logits_after_adam", evaluate(net, x), bounds.after());
            net.loadStateDict(start(net));
            checkStep(golden, net, gradients, new AdamW(RATE, 5e-4), bounds);
        }
    }

    /** Returns the weights and statistics of the formula. */
    private static Map<String, NamedTensor> start(Layer net) {
        SequencedMap<String, NamedTensor> state = Named.of();
        net.stateDict().forEach((name, tensor) -> {
            if (tensor instanceof NamedTensor.Longs) {
                state.put(name, new NamedTensor.Longs(name, 7));
                return;
            }
            double[] values = GoldenFormula.parameter(name, tensor.shape());
            float[] floats = new float[values.length];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = (float) values[i];
            }
            state.put(name, new NamedTensor.Floats(name, tensor.shape(), floats));
        });
        return state;
    }

    private static Tensor adrenalVolumes(Device device) {
        Npz data = Npz.read(SharedFiles.require("data/adrenalmnist3d.npz"), "test_images");
        double[] values = new double[INPUT.elements()];
        Arrays.setAll(values, i -> (float) (data.get("test_images")[i] / 255 * 0.5));
        return Tensor.of(device, INPUT, values);
    }

    private static double[] evaluate(Layer net, Tensor x) {
        try (Scope _ = Scope.withoutGradients()) {
            return net.forward(x).toDoubleArray();
        }
    }

    private static void checkActivations(GoldenValues golden, Layer net, Tensor x) {
        SequencedMap<String, ? extends Layer> layers = net.children();
        try (Scope _ = Scope.withoutGradients()) {
            Tensor activation = x;
            for (String stage : STAGES) {
                Chain part = stage.equals("stem") ? Chain.of(layers, "conv1", "bn1", "relu") : Chain.of(layers, stage);
                activation = part.forward(activation);
                golden.checkDigest("act/" + stage, "act/" + stage, activation.toDoubleArray(), 2e-5);
            }
            double[] logits =
                    Chain.of(layers, "flatten", "linear").forward(activation).toDoubleArray();
            golden.checkAbsolute("eval_logits", logits, 2e-5);
        }
    }

    private static void checkGradients(
            GoldenValues golden, SequencedMap<String, Tensor> parameters, Gradients gradients, Bounds bounds) {
        assertThat(parameters).hasSize(golden.count("param/"));
        parameters.forEach((name, parameter) -> {
            double[] gradient = gradients.of(parameter).toDoubleArray();
            double[] expected = golden.get("param/" + name);
            boolean head = name.startsWith("linear.");
            double norm = Math.abs(GoldenValues.norm(gradient) / expected[0] - 1);
            golden.assertBelow("norm of the gradient of " + name, norm, head ? bounds.head() : bounds.norm());
            double probe = Math.abs(GoldenFormula.probe(name, gradient) - expected[1]) / expected[0];
            golden.assertBelow("probe of the gradient of " + name, probe, head ? bounds.head() : bounds.gradient());
            if (golden.has("slice/grad/" + name)) {
                golden.checkSlice("slice/grad/" + name, gradient, head ? bounds.head() : bounds.gradient());
            }
        });
    }

    private static void checkRunning(GoldenValues golden, SequencedMap<String, Tensor> buffers) {
        assertThat(buffers).hasSize(golden.count("running/"));
        buffers.forEach((name, buffer) -> {
            double[] values = buffer.toDoubleArray();
            golden.checkDigest("running/" + name, name, values, 1e-4);
            if (golden.has("slice/running/" + name)) {
                golden.checkSlice("slice/running/" + name, values, 1e-4);
            }
        });
    }

    /** Makes the first step: ±rate for each element whatever its gradient, but where that is 0 but for rounding. */
    private static void checkStep(GoldenValues golden, Layer net, Gradients gradients, UpdateRule rule, Bounds bounds) {
        String label = rule instanceof Adam ? "adam" : "adamw";
        int column = rule instanceof Adam ? 3 : 5;
        SequencedMap<String, Tensor> parameters = net.parameters();
        new Optimizer(rule, parameters).step(gradients);
        parameters.forEach((name, parameter) -> {
            double[] values = parameter.toDoubleArray();
            double[] expected = golden.get("param/" + name);
            double norm = Math.abs(GoldenValues.norm(values) / expected[column] - 1);
            golden.assertBelow(name + " after " + label, norm, bounds.step());
            if (golden.has("slice/" + label + "/" + name)) {
                checkClear(golden, label, name, values, bounds);
            }
            double[] change = GoldenFormula.parameter(name, parameter.shape());
            Arrays.setAll(change, i -> values[i] - change[i]);
            double changed = Math.abs(GoldenValues.norm(change) / expected[column + 1] - 1);
            golden.assertBelow("change of " + name + " by " + label, changed, bounds.step());
        });
    }

    /**
     * Compares the elements whose gradients have a certain sign, since that decides where the first step goes: the ones
     * that are at least twice as large as the error that the gradients of all elements together may have. Ours are then
     * at least half as large as they should be, hundreds of times ε, and the steps differ by less than 1e-5.
     */
    private static void checkClear(GoldenValues golden, String label, String name, double[] values, Bounds bounds) {
        double[] expected = golden.get("slice/" + label + "/" + name);
        double[] gradient = golden.get("slice/grad/" + name);
        double least = Math.max(1e-5, 2 * bounds.gradient() * GoldenValues.norm(gradient));
        for (int i = 0; i < expected.length; i++) {
            if (Math.abs(gradient[i]) > least) {
                golden.assertBelow(
                        "element " + i + " of " + name + " after " + label, Math.abs(values[i] - expected[i]), 1e-5);
            }
        }
    }
}
