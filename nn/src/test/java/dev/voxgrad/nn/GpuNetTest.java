package dev.voxgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.Precision;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.testing.Samples;
import dev.voxgrad.engine.testing.TestGpu;
import dev.voxgrad.nn.optim.AdamW;
import dev.voxgrad.nn.optim.Optimizer;
import dev.voxgrad.nn.testing.TestNets;

/** Whole small nets on a GPU, or an emulated one, against the same nets on the reference. */
class GpuNetTest {
    private static final int[] LABELS = {0, 2, 1, 2};

    /** Logits, gradients of all parameters, and logits after three steps of AdamW. */
    private static Map<String, double[]> train(Device device, int inputChannels) {
        Sequential net = TestNets.net(device, 2, 5, inputChannels, 3);
        Initialization.apply(net, 7);
        Shape shape = Shape.of(LABELS.length, inputChannels, 9, 8, 10);
        Tensor x = Tensor.of(device, shape, Samples.gaussian(shape, 3));
        Optimizer optimizer = new Optimizer(new AdamW(1e-3, 1e-2), net.parameters());
        Map<String, double[]> answers = new TreeMap<>();
        for (int step = 0; step < 3; step++) {
            try (Scope _ = Scope.open()) {
                Tensor logits = net.forward(x);
                Gradients gradients = logits.crossEntropy(LABELS).backward();
                if (step == 0) {
                    answers.put("logits", logits.toDoubleArray());
                    SequencedMap<String, Tensor> parameters = net.parameters();
                    parameters.forEach((name, p) -> answers.put(name, gradients.of(p).toDoubleArray()));
                }
                optimizer.step(gradients);
            }
        }
        net.eval();
        try (Scope _ = Scope.withoutGradients()) {
            answers.put("evaluated", net.forward(x).toDoubleArray());
        }
        net.buffers().forEach((name, buffer) -> answers.put(name, buffer.toDoubleArray()));
        return answers;
    }

    /** The largest difference of each answer, relative to the largest number in it. */
    private static Map<String, Double> differences(Map<String, double[]> expected, Map<String, double[]> actual) {
        Map<String, Double> differences = new TreeMap<>();
        expected.forEach((name, values) -> {
            double[] others = actual.get(name);
            assertThat(others).as(name).hasSameSizeAs(values);
            double scale = Arrays.stream(values).map(Math::abs).max().orElseThrow();
            double difference = 0;
            for (int i = 0; i < values.length; i++) {
                difference = Math.max(difference, Math.abs(values[i] - others[i]));
                assertThat(others[i]).as(name).isFinite();
            }
            differences.put(name, difference / Math.max(scale, 1e-3));
        });
        return differences;
    }

    /**
     * float32: rounding errors of some sums of a thousand terms behind one another. bfloat16 has 8 bits of mantissa, so
     * that each activation is wrong by up to 2⁻⁹ of its size; through four convolutions and back, and with ReLUs and
     * pools that decide otherwise, gradients differ by a tenth of their largest number.
     */
    @ParameterizedTest
    @CsvSource({"FP32, 1, 1e-4", "FP32, 3, 1e-4", "BF16, 1, 0.15", "BF16, 3, 0.15"})
    void agreesWithTheReference(Precision precision, int inputChannels, double bound) {
        try (CudaDevice device = TestGpu.open(precision)) {
            Map<String, Double> differences = differences(
                    train(ReferenceDevice.INSTANCE, inputChannels), train(device, inputChannels));
            System.out.println("GpuNetTest " + precision + " " + inputChannels + ": " + differences);
            // A convolution's bias in front of batch norm has a gradient of zero but for rounding.
            differences.keySet().removeIf(name -> name.matches("layer\\d\\.[03]\\.bias"));
            assertThat(differences).hasSize(2 + 20 - 4 + 8)
                    .allSatisfy((name, difference) -> assertThat(difference).isCloseTo(0, within(bound)));
        }
    }

    @Test
    void theSameSeedGivesTheSameWeightsTwice() {
        for (Precision precision : new Precision[] {Precision.FP32, Precision.BF16}) {
            try (CudaDevice device = TestGpu.open(precision); CudaDevice other = device.another()) {
                Map<String, double[]> first = train(device, 1);
                train(other, 1).forEach((name, values) -> assertThat(values).as(name).isEqualTo(first.get(name)));
            }
        }
    }
}
