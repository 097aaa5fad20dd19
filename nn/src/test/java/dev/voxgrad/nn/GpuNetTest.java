package dev.voxgrad.nn;

import java.util.Arrays;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.device.cuda.GpuKernels;
import dev.voxgrad.engine.device.cuda.Precision;
import dev.voxgrad.engine.testing.Samples;
import dev.voxgrad.engine.testing.TestGpu;
import dev.voxgrad.nn.optim.AdamW;
import dev.voxgrad.nn.optim.Optimizer;
import dev.voxgrad.nn.optim.SGD;
import dev.voxgrad.nn.optim.UpdateRule;
import dev.voxgrad.nn.testing.TestNets;

import static org.assertj.core.api.Assertions.assertThat;

/** Compares whole small nets on a GPU, or an emulated one, with the same nets on the reference. */
class GpuNetTest {
    private static final int[] LABELS = {0, 2, 1, 2};
    private static final UpdateRule ADAMW = new AdamW(1e-3, 1e-2);
    private static final UpdateRule SGD = new SGD(1e-2, 0.9, 1e-2);

    /**
     * If layers run one by one, as with cuDNN, the gradient of a convolution's bias in front of batch norm is nothing
     * but rounding, from which AdamW makes steps as large as any: there is nothing to compare then.
     */
    private static UpdateRule rule(GpuKernels kernels) {
        return kernels == GpuKernels.OWN ? ADAMW : SGD;
    }

    /** Logits, gradients of all parameters, and logits after three steps. */
    private static Map<String, double[]> train(Device device, int inputChannels, UpdateRule rule) {
        Sequential net = TestNets.net(device, 2, 5, inputChannels, 3);
        Initialization.apply(net, 7);
        Shape shape = Shape.of(LABELS.length, inputChannels, 9, 8, 10);
        Tensor x = Tensor.of(device, shape, Samples.gaussian(shape, 3));
        Optimizer optimizer = new Optimizer(rule, net.parameters());
        Map<String, double[]> answers = new TreeMap<>();
        for (int step = 0; step < 3; step++) {
            try (Scope _ = Scope.open()) {
                Tensor logits = net.forward(x);
                Gradients gradients = logits.crossEntropy(LABELS).backward();
                if (step == 0) {
                    answers.put("logits", logits.toDoubleArray());
                    SequencedMap<String, Tensor> parameters = net.parameters();
                    parameters.forEach(
                            (name, p) -> answers.put(name, gradients.of(p).toDoubleArray()));
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

    /** Returns the largest difference of each result, relative to its largest value. */
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

    /** Allows for the rounding errors of several sums of a thousand terms, one after the other. */
    @ParameterizedTest
    @CsvSource({"1,OWN", "3,OWN", "1,CUDNN", "3,CUDNN"})
    void agreesWithTheReferenceInFloat32(int inputChannels, GpuKernels kernels) {
        try (CudaDevice device = TestGpu.open(Precision.FP32, kernels, _ -> {})) {
            Map<String, Double> differences = differences(
                    train(ReferenceDevice.INSTANCE, inputChannels, rule(kernels)),
                    train(device, inputChannels, rule(kernels)));
            // The gradient of a convolution's bias in front of batch norm is zero except for rounding.
            differences.keySet().removeIf(name -> name.matches("layer\\d\\.[03]\\.bias"));
            assertThat(differences)
                    .hasSize(2 + 20 - 4 + 8)
                    .allSatisfy((name, difference) -> assertThat(difference).isLessThan(1e-5));
        }
    }

    /**
     * Each activation has an error of up to 2⁻⁸ of its size, so some ReLUs and pools decide differently and send the
     * whole gradient elsewhere. Averages over a volume have an error of a few times 2⁻⁸, most of which cancels;
     * gradients keep their direction. The engine's tests check the rounding of single operations.
     */
    @ParameterizedTest
    @CsvSource({"1,OWN", "3,OWN", "1,CUDNN", "3,CUDNN"})
    void agreesWithTheReferenceInBfloat16(int inputChannels, GpuKernels kernels) {
        try (CudaDevice device = TestGpu.open(Precision.BF16, kernels, _ -> {})) {
            TestGpu.skipWhereCudnnLacks(() -> requireBfloat16(
                    train(ReferenceDevice.INSTANCE, inputChannels, rule(kernels)),
                    train(device, inputChannels, rule(kernels))));
        }
    }

    private static void requireBfloat16(Map<String, double[]> expected, Map<String, double[]> actual) {
        Map<String, Double> differences = differences(expected, actual);
        assertThat(differences.get("logits")).isLessThan(0x1p-7);
        assertThat(differences.get("evaluated")).isLessThan(0x1p-7);
        int compared = 0;
        for (String name : expected.keySet()) {
            if (name.endsWith("weight")) {
                assertThat(cosine(expected.get(name), actual.get(name)))
                        .as(name)
                        .isGreaterThan(0.95);
                compared++;
            }
        }
        assertThat(compared).isEqualTo(10);
    }

    /** Compares our own fused layers with cuDNN's layers one by one, within the bounds for the reference. */
    @Test
    void ownAndCudnnKernelsTrainSameNet() {
        try (CudaDevice own = TestGpu.open(Precision.FP32);
                CudaDevice cudnn = TestGpu.open(Precision.FP32, GpuKernels.CUDNN, _ -> {})) {
            Map<String, Double> differences = differences(train(own, 1, SGD), train(cudnn, 1, SGD));
            // Zero except for rounding: see above.
            differences.keySet().removeIf(name -> name.matches("layer\\d\\.[03]\\.bias"));
            assertThat(differences)
                    .hasSize(2 + 20 - 4 + 8)
                    .allSatisfy((name, difference) -> assertThat(difference).isLessThan(1e-5));
        }
    }

    private static double cosine(double[] a, double[] b) {
        double product = 0;
        double squaresOfA = 0;
        double squaresOfB = 0;
        for (int i = 0; i < a.length; i++) {
            product += a[i] * b[i];
            squaresOfA += a[i] * a[i];
            squaresOfB += b[i] * b[i];
        }
        return product / Math.sqrt(squaresOfA * squaresOfB);
    }

    @ParameterizedTest
    @CsvSource({"FP32,OWN", "BF16,OWN", "FP32,CUDNN", "BF16,CUDNN"})
    void sameSeedGivesSameWeights(Precision precision, GpuKernels kernels) {
        try (CudaDevice device = TestGpu.open(precision, kernels, _ -> {});
                CudaDevice other = device.another()) {
            TestGpu.skipWhereCudnnLacks(() -> {
                Map<String, double[]> first = train(device, 1, ADAMW);
                train(other, 1, ADAMW)
                        .forEach((name, values) -> assertThat(values).as(name).isEqualTo(first.get(name)));
            });
        }
    }
}
