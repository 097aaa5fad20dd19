package dev.voxgrad.engine.op.batchnorm;

import java.util.Arrays;
import java.util.function.Function;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.testing.DeviceAgreement;
import dev.voxgrad.engine.testing.GradientCheck;
import dev.voxgrad.engine.testing.OnEveryDevice;
import dev.voxgrad.engine.testing.Samples;
import dev.voxgrad.engine.testing.ThreadAgreement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

@Tag("kernels")
class BatchNormTest {
    private static final ReferenceDevice REFERENCE = ReferenceDevice.INSTANCE;
    private static final double MOMENTUM = 0.1;
    private static final double EPS = 1e-5;

    /** Normalises input, weight and bias with new running statistics: means 0.3, 0.4, …, variances 1.5, 2, …. */
    private static Function<Tensor[], Tensor> batchNorm(boolean training) {
        return in -> {
            int channels = in[1].shape().elements();
            double[] mean = new double[channels];
            double[] variance = new double[channels];
            for (int c = 0; c < channels; c++) {
                mean[c] = 0.3 + 0.1 * (c % 8);
                variance[c] = 1.5 + 0.5 * (c % 8);
            }
            Tensor runningMean = Tensor.of(in[0].device(), in[1].shape(), mean);
            Tensor runningVariance = Tensor.of(in[0].device(), in[1].shape(), variance);
            return in[0].batchNorm(in[1], in[2], runningMean, runningVariance, training, MOMENTUM, EPS);
        };
    }

    private static Shape[] shapes(int... input) {
        return new Shape[] {Shape.of(input), Shape.of(input[1]), Shape.of(input[1])};
    }

    @Test
    void gradientEqualsCentralDifferences() {
        for (boolean training : new boolean[] {true, false}) {
            assertThat(GradientCheck.check(batchNorm(training), shapes(2, 3, 2, 1, 3)))
                    .isEqualTo(36 + 6);
            assertThat(GradientCheck.check(batchNorm(training), shapes(5, 4))).isEqualTo(20 + 8);
        }
    }

    @OnEveryDevice(cudnn = true)
    void agreesWithTheReference(Device device) {
        DeviceAgreement agreement = DeviceAgreement.on(device);
        for (boolean training : new boolean[] {true, false}) {
            for (int channels : new int[] {1, 3, 4, 15, 16, 17, 31, 32, 33}) {
                agreement.compare(210, batchNorm(training), shapes(2, channels, 3, 5, 7));
                agreement.compare(15, batchNorm(training), shapes(1, channels, 1, 3, 5));
                agreement.compare(9, batchNorm(training), shapes(9, channels));
            }
            // Several blocks and tasks, with a tail.
            agreement.compare(14_739, batchNorm(training), shapes(3, 3, 17, 17, 17));
            agreement.compare(2_058, batchNorm(training), shapes(6, 32, 7, 7, 7));
        }
        agreement.assertCompared(2 * 4 * (9 * 3 + 2));
    }

    /** cuDNN is left out, because it doesn't document how it sums. */
    @OnEveryDevice
    void losesNoDigitsAtALargeMean(Device device) {
        for (double shift : new double[] {100, 10_000}) {
            Shape[] shapes = shapes(4, 5, 9, 9, 9);
            double[] x = Samples.gaussian(shapes[0], 1);
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) (x[i] + shift);
            }
            Tensor[] expected = statistics(REFERENCE, shapes, x);
            Tensor[] actual = statistics(device, shapes, x);
            for (int c = 0; c < 5; c++) {
                // The mean is rounded to float32 once, 2^-24. Squares are summed in float32 over up to 32 rows of
                // a block that share an accumulator: √32 roundings. (At 10000, the inputs are on a grid of 2^-10,
                // whose squares are rounded down more often than up once a sum exceeds 32: longer sums would show
                // a bias.)
                double meanRatio = actual[0].toDoubleArray()[c] / expected[0].toDoubleArray()[c];
                double varianceRatio =
                        actual[1].toDoubleArray()[c] / expected[1].toDoubleArray()[c];
                assertThat(meanRatio).isCloseTo(1, within(0x1p-23));
                assertThat(varianceRatio).isCloseTo(1, within(6 * 0x1p-24));
            }
        }
    }

    /**
     * Squares of such values overflow float32, and the square of the scale underflows. A running variance beyond
     * float32 becomes infinite, as in PyTorch. cuDNN is left out, because it doesn't document how it sums.
     */
    @OnEveryDevice
    void agreesWithTheReferenceOnLargeValues(Device device) {
        for (double magnitude : new double[] {1e15, 1e18, 1e19, 1e20, 1e25, 1e30}) {
            for (int channels : new int[] {1, 5, 32}) {
                compareAtMagnitude(device, magnitude, 0, shapes(3, channels, 5, 6, 7));
                compareAtMagnitude(device, magnitude, 3 * magnitude, shapes(40, channels));
            }
        }
    }

    @Test
    void agreesWithTheReferenceOnTheLargestValues() {
        try (CpuDevice cpu = new CpuDevice(2)) {
            for (double magnitude : new double[] {1e36, 2e37}) {
                compareAtMagnitude(cpu, magnitude, 0, shapes(3, 33, 5, 6, 7));
                compareAtMagnitude(cpu, magnitude, magnitude, shapes(40, 3));
            }
        }
    }

    private static void compareAtMagnitude(Device device, double magnitude, double shift, Shape... shapes) {
        double[] x = Samples.gaussian(shapes[0], 1);
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (x[i] * magnitude + shift);
        }
        double[][] values = {x, Samples.gaussian(shapes[1], 2), Samples.gaussian(shapes[2], 3)};
        double[][] expected = trainingStep(REFERENCE, shapes, values);
        double[][] actual = trainingStep(device, shapes, values);
        for (int i = 0; i < expected.length; i++) {
            double largest = Arrays.stream(expected[i]).map(Math::abs).max().orElseThrow();
            for (int j = 0; j < expected[i].length; j++) {
                double wanted = (float) expected[i][j];
                if (actual[i][j] != wanted) {
                    assertThat(Math.abs(actual[i][j] - expected[i][j]))
                            .as(
                                    "%s, magnitude %s, tensor %d, element %d: %s, expected %s",
                                    device.name(), magnitude, i, j, actual[i][j], expected[i][j])
                            .isLessThanOrEqualTo(2e-5 * largest);
                }
            }
        }
    }

    /** Returns the result, the gradients of input, weight and bias, and the running mean and variance. */
    private static double[][] trainingStep(Device device, Shape[] shapes, double[][] values) {
        Tensor mean = Tensor.zeros(device, shapes[1]);
        Tensor variance = Tensor.full(device, shapes[1], 1);
        double[][] answers = DeviceAgreement.run(
                device,
                in -> in[0].batchNorm(in[1], in[2], mean, variance, true, MOMENTUM, EPS),
                shapes,
                values,
                shape -> Samples.gaussian(shape, 98));
        double[][] all = Arrays.copyOf(answers, answers.length + 2);
        all[answers.length] = mean.toDoubleArray();
        all[answers.length + 1] = variance.toDoubleArray();
        return all;
    }

    /** At 1e8, neighbouring float32 values differ by 8: a mix of two neighbours has a deviation of 4. */
    @OnEveryDevice
    void findsSmallDeviationsAboutALargeMean(Device device) {
        Shape[] shapes = shapes(2, 3, 4, 5, 6);
        double[] x = Samples.gaussian(shapes[0], 1);
        for (int i = 0; i < x.length; i++) {
            x[i] = x[i] > 0 ? 1e8 : 1e8 + 8;
        }
        Tensor[] expected = statistics(REFERENCE, shapes, x);
        Tensor[] actual = statistics(device, shapes, x);
        for (int c = 0; c < 3; c++) {
            assertThat(actual[0].toDoubleArray()[c])
                    .isEqualTo((float) expected[0].toDoubleArray()[c]);
            assertThat(actual[1].toDoubleArray()[c]).isCloseTo(expected[1].toDoubleArray()[c], within(1e-4));
        }
    }

    /** Returns running mean and variance after one training step. */
    private static Tensor[] statistics(Device device, Shape[] shapes, double[] values) {
        Tensor mean = Tensor.zeros(device, shapes[1]);
        Tensor variance = Tensor.zeros(device, shapes[1]);
        Tensor.of(device, shapes[0], values)
                .batchNorm(
                        Tensor.full(device, shapes[1], 1),
                        Tensor.zeros(device, shapes[1]),
                        mean,
                        variance,
                        true,
                        1,
                        EPS);
        return new Tensor[] {mean, variance};
    }

    @Test
    void gradientsAgreeWithTheReferenceAtALargeMean() {
        Shape[] shapes = shapes(2, 17, 5, 5, 5);
        double[] x = Samples.gaussian(shapes[0], 1);
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (x[i] + 100);
        }
        double[][] values = {x, Samples.gaussian(shapes[1], 2), Samples.gaussian(shapes[2], 3)};
        try (CpuDevice cpu = new CpuDevice(2)) {
            assertThat(DeviceAgreement.check(cpu, 250, batchNorm(true), shapes, values))
                    .isEqualTo(4);
        }
    }

    @Test
    void bitsDoNotDependOnTheNumberOfThreads() {
        assertThat(ThreadAgreement.check(batchNorm(true), shapes(3, 32, 13, 13, 13)))
                .isEqualTo(8);
        assertThat(ThreadAgreement.check(batchNorm(true), shapes(2, 3, 33, 33, 33)))
                .isEqualTo(8);
    }

    @OnEveryDevice(cudnn = true)
    void movesTheRunningStatisticsInTrainingOnly(Device device) {
        Tensor x = Tensor.of(device, Shape.of(4, 1), 1.0, 2.0, 3.0, 6.0);
        Tensor one = Tensor.full(device, Shape.of(1), 1);
        Tensor zero = Tensor.zeros(device, Shape.of(1));
        Tensor mean = Tensor.full(device, Shape.of(1), 10);
        Tensor variance = Tensor.full(device, Shape.of(1), 20);
        // Mean 3, squared deviations 4 + 1 + 0 + 9 = 14: variance 14/4 to normalise, 14/3 for the running variance.
        double[] y = x.batchNorm(one, zero, mean, variance, true, 0.1, 0).toDoubleArray();
        assertThat(y[3]).isCloseTo(3 / Math.sqrt(3.5), within(1e-6));
        assertThat(mean.item()).isCloseTo(0.9 * 10 + 0.1 * 3, within(1e-6));
        assertThat(variance.item()).isCloseTo(0.9 * 20 + 0.1 * 14 / 3, within(2e-6));

        double[] evaluated =
                x.batchNorm(one, zero, mean, variance, false, 0.1, 0).toDoubleArray();
        assertThat(evaluated[3]).isCloseTo((6 - 9.3) / Math.sqrt(18 + 1.4 / 3), within(1e-6));
        assertThat(mean.item()).isCloseTo(9.3, within(1e-6));
    }

    @Test
    void reportsMismatchedShapes() {
        Tensor x = Tensor.zeros(REFERENCE, Shape.of(2, 3, 4, 4, 4));
        Tensor three = Tensor.zeros(REFERENCE, Shape.of(3));
        Tensor four = Tensor.zeros(REFERENCE, Shape.of(4));
        assertThatThrownBy(() -> x.batchNorm(three, four, three, three, true, MOMENTUM, EPS))
                .isInstanceOf(ShapeException.class)
                .hasMessage("batchNorm: input has 3 channels (dim 1) but bias expects 4; input [2,3,4,4,4], bias [4]");
        assertThatThrownBy(() -> three.batchNorm(three, three, three, three, true, MOMENTUM, EPS))
                .hasMessage("batchNorm: input has 1 dimensions, expected 2 (N,C) or 5 (N,C,D,H,W); input [3]");
        Tensor single = Tensor.zeros(REFERENCE, Shape.of(1, 3, 1, 1, 1));
        assertThatThrownBy(() -> single.batchNorm(three, three, three, three, true, MOMENTUM, EPS))
                .hasMessage("batchNorm: training needs more than one value per channel, found 1; input [1,3,1,1,1]");
    }
}
