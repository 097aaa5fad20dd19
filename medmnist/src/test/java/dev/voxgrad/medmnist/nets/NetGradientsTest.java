package dev.voxgrad.medmnist.nets;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.testing.Samples;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.nets.study.StudyNet;
import dev.voxgrad.nn.Initialization;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.NamedTensor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compares the gradients of whole nets, by each algorithm of convolution, with those of the reference in double
 * precision.
 *
 * <p><b>Near-ties.</b> Where the input of a ReLU is almost zero, or two voxels of a max pool are almost equal, float32
 * rounding decides, and each such decision moves gradients by more than all other roundings together. So the reference
 * decides as the net that it is compared with did ({@link Decisions}). Each decision that would have been another one
 * in double precision must be a near-tie: what was compared differs by no more than rounding explains.
 *
 * <p><b>Bounds.</b> For given decisions, gradients are smooth, and errors in proportion to the rounding errors of the
 * passes. {@link RoundingModel} says how large these are for each algorithm. How far they spread is computed in double:
 * {@link Disturbed} runs of the reference, whose convolutions are off by 1e-6 of their root mean square, give the
 * relative change of each gradient, by norm. In proportion, this is the expected error of a gradient; to it comes the
 * error of the pass that computes the gradient itself. The bound is three times the sum.
 *
 * <p>Biases in front of a batch norm are left out: their true gradients are zero.
 */
class NetGradientsTest {
    private static final int BATCH = 2;
    private static final int CLASSES = 2;
    private static final int[] LABELS = {0, 1};
    private static final double LEVEL = 1e-6;
    private static final int DISTURBED_RUNS = 2;
    /** The bound of a gradient's error, by the expected error. */
    private static final double FACTOR = 3;
    /** The bound of a single value's error, of up to a million, by the expected error. */
    private static final double LARGEST_FACTOR = 8;
    /** The largest relative norm of a gradient that is zero but for double's rounding. */
    private static final double ZERO = 1e-9;

    /** The weights of the second convolution, one of which the counter-test changes. */
    private static final String CHANGED = "layer1.3.weight";

    private static @Nullable Subject net1;

    /** Returns the subject of two tests. */
    private static Subject smallNet1() {
        if (net1 == null) {
            net1 = new Subject(StudyNet.NET1, 12, 64);
        }
        return net1;
    }

    @AfterAll
    static void forget() {
        net1 = null;
    }

    @Test
    void net1() {
        check(smallNet1(), ConvolutionMode.values());
    }

    @Test
    void net3() {
        check(new Subject(StudyNet.NET3, 16, 256), ConvolutionMode.AUTO, ConvolutionMode.WINOGRAD4);
    }

    @Test
    @Tag("thorough")
    void net3ByEveryAlgorithm() {
        check(new Subject(StudyNet.NET3, 16, 256), ConvolutionMode.values());
    }

    @Test
    @Tag("thorough")
    void net1AtFullSize() {
        check(new Subject(StudyNet.NET1, 28, 64), ConvolutionMode.values());
    }

    @Test
    @Tag("thorough")
    void resNet18() {
        check(new Subject(Nets.named("resnet18-3d"), 12, 512), ConvolutionMode.AUTO);
    }

    /** Shows that the bounds are tight enough: one weight of 27,648 is off by a hundredth of the largest. */
    @Test
    void oneWrongWeightBreaksTheBound() {
        Subject subject = smallNet1();
        NamedTensor.Floats right = (NamedTensor.Floats) subject.weights.get(CHANGED);
        float[] values = right.values().clone();
        values[100] += 0.01f / (float) Math.sqrt(27 * 32);
        Map<String, NamedTensor> wrong = new LinkedHashMap<>(subject.weights);
        wrong.put(CHANGED, new NamedTensor.Floats(CHANGED, right.shape(), values));
        for (ConvolutionMode mode : List.of(ConvolutionMode.DIRECT, ConvolutionMode.WINOGRAD4)) {
            try (CpuDevice device = new CpuDevice(2, mode, true)) {
                assertThat(subject.errors(device, wrong).inBounds)
                        .as("%s: largest error of a gradient, in bounds", mode)
                        .isGreaterThan(1);
            }
        }
    }

    private static void check(Subject subject, ConvolutionMode... modes) {
        for (ConvolutionMode mode : modes) {
            try (CpuDevice device = new CpuDevice(2, mode, true)) {
                Errors errors = subject.errors(device, subject.weights);
                System.out.printf(
                        "gradients of %s, %-10s largest error %.1e, in bounds %.2f; %d near-ties, in bounds %.2f%n",
                        subject.spec.name(),
                        mode.flag(),
                        errors.largest,
                        errors.inBounds,
                        errors.others,
                        errors.decisions);
                assertThat(errors.decisions)
                        .as("%s, %s: largest difference that rounding decided, in bounds", subject.spec.name(), mode)
                        .isLessThanOrEqualTo(1);
                assertThat(errors.inBounds)
                        .as("%s, %s: largest error of a gradient, in bounds", subject.spec.name(), mode)
                        .isLessThanOrEqualTo(1);
            }
        }
    }

    /**
     * Says how far the gradients of a net are from the reference's.
     *
     * @param largest the largest relative error by norm
     * @param inBounds the largest quotient of such an error and its bound
     * @param decisions the same for what was compared in decisions that differed
     * @param others the number of such decisions
     */
    private record Errors(double largest, double inBounds, double decisions, int others) {}

    /** Represents a net with its weights and volumes, and how its gradients react to disturbances. */
    private static final class Subject {
        private final NetSpec spec;
        private final int edge;
        private final int widest;
        private final Layer reference;
        private final Map<String, NamedTensor> weights;
        /** By parameter: the relative change of its gradient, by a disturbance of 1; the squares of all runs. */
        private final Map<String, Double> changes = new LinkedHashMap<>();
        /** By decision: the change of its inputs, likewise. */
        private final List<Double> sways = new ArrayList<>();

        /**
         * Creates a net with random weights.
         *
         * @param widest the most channels of a convolution
         */
        Subject(NetSpec spec, int edge, int widest) {
            this.spec = spec;
            this.edge = edge;
            this.widest = widest;
            reference = spec.build(ReferenceDevice.INSTANCE, volume(), CLASSES);
            Initialization.apply(reference, 1);
            weights = reference.stateDict();
            reference.loadStateDict(weights); // rounded to float32
            Decisions.Recorder own = new Decisions.Recorder();
            Map<String, double[]> gradients = gradients(own, reference, ReferenceDevice.INSTANCE);
            for (int run = 1; run <= DISTURBED_RUNS; run++) {
                disturb(run, gradients, own);
            }
        }

        private void disturb(int run, Map<String, double[]> gradients, Decisions.Recorder own) {
            Disturbed disturbed = new Disturbed(own.decisions(), LEVEL, run);
            gradients(disturbed, reference, ReferenceDevice.INSTANCE)
                    .forEach((name, gradient) -> changes.merge(
                            name,
                            square(distance(gradient, gradients.get(name)) / norm(gradients.get(name))),
                            Double::sum));
            for (int i = 0; i < own.inputs().size(); i++) {
                double[] before = own.inputs().get(i);
                double change = distance(disturbed.inputs().get(i), before) / Math.sqrt(before.length);
                if (sways.size() <= i) {
                    sways.add(0.0);
                }
                sways.set(i, sways.get(i) + square(change));
            }
        }

        /** Runs the net on a device with these weights, and compares it with the reference and its weights. */
        Errors errors(CpuDevice device, Map<String, NamedTensor> state) {
            Layer net = spec.build(device, volume(), CLASSES);
            net.loadStateDict(state);
            Decisions.Recorder recorder = new Decisions.Recorder();
            Map<String, double[]> actual = gradients(recorder, net, device);
            Decisions.Replay replay = new Decisions.Replay(recorder.decisions());
            Map<String, double[]> expected = gradients(replay, reference, ReferenceDevice.INSTANCE);
            RoundingModel model = RoundingModel.of(device.convolution());
            double spread = model.overChannels(widest) / LEVEL;
            double own = model.overVoxels(BATCH * edge * edge * edge);
            double largest = 0;
            double inBounds = 0;
            for (String name : expected.keySet()) {
                double norm = norm(expected.get(name));
                if (norm > ZERO) {
                    double error = distance(actual.get(name), expected.get(name)) / norm;
                    double bound = FACTOR * (spread * mean(changes.get(name)) + own);
                    largest = Math.max(largest, error);
                    inBounds = Math.max(inBounds, error / bound);
                }
            }
            double decisions = 0;
            for (int i = 0; i < sways.size(); i++) {
                decisions =
                        Math.max(decisions, replay.widest().get(i) / (LARGEST_FACTOR * spread * mean(sways.get(i))));
            }
            return new Errors(largest, inBounds, decisions, replay.others());
        }

        private VolumeShape volume() {
            return new VolumeShape(1, edge);
        }

        private Map<String, double[]> gradients(LayerByLayer run, Layer net, Device device) {
            Shape shape = Shape.of(BATCH, 1, edge, edge, edge);
            return run.gradients(net, Tensor.of(device, shape, Samples.gaussian(shape, 2)), LABELS);
        }

        /** Returns the root mean square of all runs, by the sum of squares. */
        private static double mean(double squares) {
            return Math.sqrt(squares / DISTURBED_RUNS);
        }
    }

    private static double square(double x) {
        return x * x;
    }

    private static double distance(double[] a, double[] b) {
        double[] difference = new double[a.length];
        Arrays.setAll(difference, i -> a[i] - b[i]);
        return norm(difference);
    }

    private static double norm(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(NetGradientsTest::square).sum());
    }
}
