package dev.voxgrad.nn;

import java.util.function.ToDoubleFunction;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.random.RandomStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Checks that a max pool after batch norm and ReLU, fused or not, picks the first of the voxels that batch norm has
 * made equal: when the weight γ is zero, or so small that nothing of it is left next to the bias β.
 */
@Tag("kernels")
class FusedTiesTest {
    private static final CpuDevice CPU = new CpuDevice(2);
    private static final CpuDevice UNFUSED = new CpuDevice(2, ConvolutionMode.AUTO, false);
    private static final Shape INPUT = Shape.of(2, 3, 6, 4, 5);
    /** More than a vector of any width, and a remainder. */
    private static final int CHANNELS = 37;

    /** Rounding errors of the few terms of a sum for which float32 has no digits left. */
    private static final double SMALLEST = 8 * Float.MIN_VALUE;

    @AfterAll
    static void close() {
        CPU.close();
        UNFUSED.close();
    }

    /** γ and β; in the first group all a(z) are equal, in the second many are. */
    @ParameterizedTest
    @CsvSource({
        "0, 1",
        "-0.0, 1",
        "0, 1e-40",
        "1e-45, 1",
        "-1e-45, 1",
        "1e-30, 1",
        "-1e-30, 3",
        "1e-12, 2",
        "0, 0",
        "0, -1",
        "1e-45, 0",
        "3e-45, 1e-44",
        "-1e-42, 1e-43",
        "1e-6, 1",
        "-1e-6, 0.5",
        "1e-5, 1",
    })
    void picksFirstOfEqualVoxels(float weight, float bias) {
        compare(c -> weight, c -> bias, 1e-5, 1);
    }

    /** Rounding makes x̂ equal if eps is far larger than the variance, and if the scale is tiny. */
    @ParameterizedTest
    @CsvSource({"1e-5, 1e-6", "1e-5, 1e-9", "1e3, 1e-2", "1e-5, 1e25"})
    void picksFirstAtAnyScale(double eps, float magnitude) {
        compare(c -> 1, c -> 1, eps, magnitude);
        compare(c -> 1e-3f, c -> 1, eps, magnitude);
    }

    /** Channels of all kinds next to each other in one vector. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void picksFirstInEachChannelSeparately(long seed) {
        float[] weights = {0, 1, -0.0f, -1, 1e-45f, 0.5f, -1e-38f, 1e-20f, -1e-7f, 2, -1e-30f, 3e-5f};
        float[] biases = {1, -1, 0, 0.5f, 1e-45f, -1e-30f, 3, 1e-20f};
        RandomStream random = new RandomStream(seed, 0, 0, 1);
        float[] weight = new float[CHANNELS];
        float[] bias = new float[CHANNELS];
        for (int c = 0; c < CHANNELS; c++) {
            weight[c] = weights[random.nextInt(weights.length)];
            bias[c] = biases[random.nextInt(biases.length)];
        }
        compare(c -> weight[(int) c], c -> bias[(int) c], 1e-5, 1);
    }

    /** Returns the value of a channel. */
    private interface PerChannel extends ToDoubleFunction<Integer> {}

    private static void compare(PerChannel weight, PerChannel bias, double eps, float magnitude) {
        FusionTest.Results unfused = train(UNFUSED, weight, bias, eps, magnitude);
        FusionTest.Results fused = train(CPU, weight, bias, eps, magnitude);
        assertThat(unfused.operation()).isEqualTo("maxPool3d");
        assertThat(fused.operation()).isEqualTo("convBlock");
        assertThat(fused.names()).isEqualTo(unfused.names());
        for (int i = 0; i < fused.tensors().size(); i++) {
            double[] expected = unfused.tensors().get(i);
            double[] actual = fused.tensors().get(i);
            if (fused.names().get(i).equals("gradient of 0.bias")) {
                continue; // zero except for the rounding of values of any magnitude
            }
            double largest = Double.MIN_NORMAL;
            for (double value : expected) {
                largest = Math.max(largest, Double.isInfinite(value) ? 0 : Math.abs(value));
            }
            for (int j = 0; j < expected.length; j++) {
                if (actual[j] == expected[j]) {
                    continue; // including infinite running variances
                }
                assertThat(Math.abs(actual[j] - expected[j]))
                        .as("%s, element %d: %s and %s", fused.names().get(i), j, expected[j], actual[j])
                        .isLessThanOrEqualTo(2e-5 * largest + SMALLEST);
            }
        }
    }

    /** Trains a convolution that only mixes a voxel's channels: its sums are the same to the bit, fused or not. */
    private static FusionTest.Results train(
            Device device, PerChannel weight, PerChannel bias, double eps, float magnitude) {
        Sequential net = new Sequential(
                new Conv3d(device, 3, CHANNELS, 1, 0),
                new BatchNorm3d(device, CHANNELS, 0.1, eps),
                new ReLU(),
                new MaxPool3d(2));
        Initialization.apply(net, 5);
        double[] weights = new double[CHANNELS];
        double[] biases = new double[CHANNELS];
        for (int c = 0; c < CHANNELS; c++) {
            weights[c] = weight.applyAsDouble(c);
            biases[c] = bias.applyAsDouble(c);
        }
        device.write(weights, net.parameters().get("1.weight").storage());
        device.write(biases, net.parameters().get("1.bias").storage());
        return FusionTest.train(
                net, device, INPUT, (on, shape) -> random(on, shape, shape.equals(INPUT) ? magnitude : 1));
    }

    private static Tensor random(Device device, Shape shape, float magnitude) {
        RandomStream random = new RandomStream(shape.elements(), 0, 0, 0);
        double[] values = new double[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (magnitude * random.nextGaussian());
        }
        return Tensor.of(device, shape, values);
    }
}
