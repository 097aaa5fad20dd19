package dev.voxgrad.nn;

import java.util.Arrays;
import java.util.SequencedMap;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.cuda.Precision;
import dev.voxgrad.engine.testing.Npz;
import dev.voxgrad.engine.testing.SharedFiles;
import dev.voxgrad.engine.testing.TestGpu;
import dev.voxgrad.nn.optim.AdamW;
import dev.voxgrad.nn.optim.Optimizer;
import dev.voxgrad.nn.testing.TestNets;
import dev.voxgrad.nn.weights.WeightsFile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Compares whole nets with what PyTorch computes from the same weights and volumes, within the tolerances stated there.
 *
 * <p>Net1's gradients depend on two near-ties that float32 rounding decides: a max pool in layer1 between voxels of
 * 2.503072 that are 1.7e-6 apart, and an input of a ReLU in layer2 of 2.9e-7. If rounding decides differently from
 * PyTorch, a gradient is 5e-3 away; so is the reference in double precision. If a new kernel makes this test fail in
 * this way, look there first.
 */
class GoldenNetTest {
    private static final int BATCH = 8;
    private static final int CLASSES = 2;
    private static final Shape INPUT = Shape.of(BATCH, 1, 28, 28, 28);
    private static final double LEARNING_RATE = 1e-3;
    private static final double GRADIENT_BOUND = 1e-3;
    private static final int STEPS = 10;
    /** Steps after which the losses are still close to one another, however they are rounded. */
    private static final int CLOSE_STEPS = 5;

    @ParameterizedTest
    @CsvSource({"Net1, 2", "Net2, 3"})
    void reproducesPyTorch(String name, int stages) {
        try (CpuDevice device = CpuDevice.allCores()) {
            check(device, name, stages, GRADIENT_BOUND, STEPS);
        }
    }

    /**
     * An emulated GPU would take a quarter of an hour. How a library's rounding decides Net1's near-ties is not under
     * our control: its gradients may be twice the 5e-3 away that a tie makes, and its losses are compared for five
     * steps. From the sixth on, the losses of the CPU's own algorithms (direct or Winograd everywhere, fused or not)
     * differ from PyTorch's by up to 10 to 23 per cent; up to the fifth, by up to 0.6 per cent.
     */
    @ParameterizedTest
    @CsvSource({"Net1, 2, 1e-2, 5", "Net2, 3, " + GRADIENT_BOUND + ", " + STEPS})
    void reproducesPyTorchOnAGpu(String name, int stages, double gradientBound, int steps) {
        TestGpu.assumeReal();
        try (CudaDevice device = TestGpu.open(Precision.FP32)) {
            check(device, name, stages, gradientBound, steps);
        }
    }

    /**
     * Checks a net.
     *
     * @param gradientBound bounds the difference of a gradient and of its norm, relative to its norm
     * @param steps how many steps' losses are compared; if these are all, so are the final logits
     */
    private static void check(Device device, String name, int stages, double gradientBound, int steps) {
        Npz golden = Npz.read(SharedFiles.require("golden/" + name + "_golden.npz"));
        Npz data = Npz.read(SharedFiles.require("data/adrenalmnist3d.npz"), "train_");
        float[] volumes = normalized(data.get("train_images"));
        int[] labels = new int[BATCH];
        Arrays.setAll(labels, i -> (int) data.get("train_labels")[i]);
        Sequential net = TestNets.net(device, stages, 1, CLASSES);
        WeightsFile.load(net, SharedFiles.require("golden/" + name + "_init.safetensors"));
        Tensor x = Tensor.of(device, INPUT, volumes);
        checkInputs(golden, volumes, labels);

        checkLogits("eval_logits", golden, evaluate(net, x), 1e-4);
        Optimizer optimizer = new Optimizer(new AdamW(LEARNING_RATE, 5e-4), net.parameters());
        double[] losses = new double[steps];
        try (Scope _ = Scope.open()) {
            losses[0] = firstStep(golden, net, optimizer, x, labels, gradientBound);
        }
        for (int step = 1; step < losses.length; step++) {
            losses[step] = step(net, optimizer, x, labels);
        }
        checkLosses(golden.get("losses"), losses);
        if (steps == STEPS) {
            checkFinalLogits(golden.get("final_eval_logits"), evaluate(net, x));
        }
        assertThat(((NamedTensor.Longs) net.stateDict().get("layer1.1.num_batches_tracked")).values())
                .containsExactly(steps);
    }

    /** Computes x/255, then for each volume subtracts its mean and divides by its deviation with N − 1. */
    private static float[] normalized(double[] bytes) {
        int voxels = INPUT.elementsFrom(2);
        float[] x = new float[BATCH * voxels];
        for (int volume = 0; volume < BATCH; volume++) {
            double sum = 0;
            double squares = 0;
            for (int i = volume * voxels; i < (volume + 1) * voxels; i++) {
                sum += bytes[i] / 255;
                squares += bytes[i] / 255 * bytes[i] / 255;
            }
            double mean = sum / voxels;
            double deviation = Math.sqrt((squares - sum * mean) / (voxels - 1));
            for (int i = volume * voxels; i < (volume + 1) * voxels; i++) {
                x[i] = (float) ((bytes[i] / 255 - mean) / deviation);
            }
        }
        return x;
    }

    private static void checkInputs(Npz golden, float[] volumes, int[] labels) {
        double[] first = golden.get("x_first_volume");
        for (int i = 0; i < first.length; i++) {
            assertThat((double) volumes[i]).isCloseTo(first[i], within(1e-5));
        }
        assertThat(Arrays.stream(labels).asDoubleStream().toArray()).containsExactly(golden.get("labels"));
    }

    private static double[] evaluate(Layer net, Tensor x) {
        net.eval();
        try (Scope _ = Scope.withoutGradients()) {
            return net.forward(x).toDoubleArray();
        } finally {
            net.train();
        }
    }

    private static double step(Layer net, Optimizer optimizer, Tensor x, int[] labels) {
        try (Scope _ = Scope.open()) {
            Tensor loss = net.forward(x).crossEntropy(labels);
            double value = loss.item();
            optimizer.step(loss.backward());
            return value;
        }
    }

    private static double firstStep(
            Npz golden, Layer net, Optimizer optimizer, Tensor x, int[] labels, double gradientBound) {
        Tensor logits = net.forward(x);
        checkLogits("train_logits", golden, logits.toDoubleArray(), 1e-4);
        Tensor loss = logits.crossEntropy(labels);
        double value = loss.item();
        report("first loss", Math.abs(value - golden.get("losses")[0]));
        assertThat(value).as("loss").isCloseTo(golden.get("losses")[0], within(1e-5));
        Gradients gradients = loss.backward();
        checkGradients(golden, net.parameters(), gradients, gradientBound);
        checkRunning(golden, net.buffers());
        optimizer.step(gradients);
        checkFirstStep(golden, net.parameters(), gradientBound);
        return value;
    }

    private static void checkLogits(String key, Npz golden, double[] actual, double tolerance) {
        double[] expected = golden.get(key);
        assertThat(actual).hasSameSizeAs(expected);
        report(key, largestDifference(expected, actual));
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).as(key + " " + i).isCloseTo(expected[i], within(tolerance));
        }
    }

    /** Compares the norms of all gradients, and by the norm of the difference the whole gradients that are stored. */
    private static void checkGradients(
            Npz golden, SequencedMap<String, Tensor> parameters, Gradients gradients, double bound) {
        double worstNorm = 0;
        double worst = 0;
        double worstBias = 0;
        int whole = 0;
        for (var entry : parameters.entrySet()) {
            String name = entry.getKey();
            double[] actual = gradients.of(entry.getValue()).toDoubleArray();
            double norm = golden.get("gradnorm/" + name)[0];
            if (isBiasBeforeBatchNorm(name)) {
                // Its true gradient is zero, so both sides show rounding only.
                worstBias = Math.max(worstBias, norm(actual));
                assertThat(norm(actual)).as(name).isLessThan(1e-5);
                continue;
            }
            worstNorm = Math.max(worstNorm, Math.abs(norm(actual) / norm - 1));
            assertThat(norm(actual)).as("norm of the gradient of " + name).isCloseTo(norm, within(bound * norm));
            if (golden.has("grad/" + name)) {
                double relative = norm(difference(golden.get("grad/" + name), actual)) / norm;
                worst = Math.max(worst, relative);
                assertThat(relative).as("gradient of " + name).isLessThan(bound);
                whole++;
            }
        }
        assertThat(whole).as("whole gradients compared").isGreaterThanOrEqualTo(parameters.size() / 2);
        report("gradient norms, relative", worstNorm);
        report("gradients, relative", worst);
        report("gradients of biases before a batch norm, absolute", worstBias);
    }

    /** Returns whether this is the bias of layerK.0 or layerK.3, convolutions in front of a batch norm. */
    private static boolean isBiasBeforeBatchNorm(String name) {
        return name.matches("layer\\d\\.[03]\\.bias");
    }

    private static void checkRunning(Npz golden, SequencedMap<String, Tensor> buffers) {
        double worst = 0;
        for (var entry : buffers.entrySet()) {
            double[] expected = golden.get("running/" + entry.getKey());
            double[] actual = entry.getValue().toDoubleArray();
            worst = Math.max(worst, largestDifference(expected, actual));
            for (int i = 0; i < expected.length; i++) {
                assertThat(actual[i])
                        .as(entry.getKey())
                        .isCloseTo(expected[i], within(1e-5 * (1 + Math.abs(expected[i]))));
            }
        }
        report("running statistics", worst);
    }

    /**
     * Compares the first step: it is about ±lr whatever the gradient's size, so only clear gradients have a known
     * result.
     */
    private static void checkFirstStep(Npz golden, SequencedMap<String, Tensor> parameters, double gradientBound) {
        double worst = 0;
        long compared = 0;
        long all = 0;
        for (var entry : parameters.entrySet()) {
            String name = entry.getKey();
            if (!golden.has("step1/" + name) || isBiasBeforeBatchNorm(name)) {
                continue;
            }
            double[] gradient = golden.get("grad/" + name);
            double[] expected = golden.get("step1/" + name);
            double[] actual = entry.getValue().toDoubleArray();
            double clear = 10 * gradientBound * norm(gradient) / Math.sqrt(gradient.length);
            for (int i = 0; i < expected.length; i++) {
                all++;
                if (Math.abs(gradient[i]) > clear) {
                    compared++;
                    worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
                    assertThat(actual[i])
                            .as(name + " after a step")
                            .isCloseTo(expected[i], within(LEARNING_RATE / 100));
                }
            }
        }
        assertThat(compared).as("parameters compared after a step, of " + all).isGreaterThan(all / 2);
        report("parameters after the first step (" + compared + " of " + all + ")", worst);
    }

    /**
     * Compares the first steps within 1 %, later ones within 3 %: they diverge, since AdamW also follows gradients that
     * are only rounding, and near-ties are decided differently. If the inputs of Net1 are disturbed by 1e-7 of their
     * values, which is float32's rounding, its losses move by up to 0.7 % in the first five steps, and by up to 26 %
     * later, whether by direct convolution, F(2×2×2) or F(4×4×4), in seven trials each. So that the later ones are
     * within 3 % here is luck, and a new kernel that fails there alone need not be wrong.
     */
    private static void checkLosses(double[] expected, double[] actual) {
        double worst = 0;
        for (int i = 0; i < actual.length; i++) {
            double relative = Math.abs(actual[i] / expected[i] - 1);
            worst = Math.max(worst, relative);
            assertThat(relative).as("loss of step " + i + ", relative").isLessThan(i < CLOSE_STEPS ? 0.01 : 0.03);
        }
        report(actual.length + " losses, relative", worst);
    }

    /**
     * Compares the logits after ten steps, loosely: for Net1, our own runs that differ only in the vector width are up
     * to 0.1 apart, and PyTorch's may be twice as far away. In addition to the losses' reasons, a bias in front of a
     * batch norm has moved by rounding alone, and the running mean has not followed it yet.
     */
    private static void checkFinalLogits(double[] expected, double[] actual) {
        double relative = norm(difference(expected, actual)) / norm(expected);
        report("final_eval_logits, relative", relative);
        assertThat(relative).as("final_eval_logits, relative").isLessThan(0.2);
    }

    private static double[] difference(double[] a, double[] b) {
        double[] difference = new double[a.length];
        Arrays.setAll(difference, i -> a[i] - b[i]);
        return difference;
    }

    private static double largestDifference(double[] a, double[] b) {
        return Arrays.stream(difference(a, b)).map(Math::abs).max().orElseThrow();
    }

    private static double norm(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(v -> v * v).sum());
    }

    /** Prints to the test's output, so that a change for the worse is seen before it becomes a failure. */
    private static void report(String what, double error) {
        System.out.printf("golden: %-60s %.2e%n", what, error);
    }
}
