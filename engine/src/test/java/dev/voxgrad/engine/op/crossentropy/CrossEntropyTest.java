package dev.voxgrad.engine.op.crossentropy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
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
class CrossEntropyTest {
    private static int[] labels(int samples, int classes) {
        int[] labels = new int[samples];
        for (int n = 0; n < samples; n++) {
            labels[n] = (n * 7 + 1) % classes;
        }
        return labels;
    }

    /** Returns weights: 0 for class 1, and 1, 0.25, 0.5, 0.75 in turn for the others. */
    private static float[] weights(int classes) {
        float[] weights = new float[classes];
        for (int k = 0; k < classes; k++) {
            weights[k] = k == 1 ? 0 : (k + 3) % 4 / 4f + 0.25f;
        }
        return weights;
    }

    @Test
    void gradientEqualsCentralDifferences() {
        assertThat(GradientCheck.check(in -> in[0].crossEntropy(labels(5, 4)), Shape.of(5, 4)))
                .isEqualTo(20);
        assertThat(GradientCheck.check(in -> in[0].crossEntropy(0), Shape.of(1, 3)))
                .isEqualTo(3);
        assertThat(GradientCheck.check(in -> in[0].crossEntropy(weights(4), labels(5, 4)), Shape.of(5, 4)))
                .isEqualTo(20);
    }

    @OnEveryDevice
    void agreesWithTheReference(Device device) {
        DeviceAgreement agreement = DeviceAgreement.on(device);
        for (int samples : new int[] {1, 15, 33}) {
            for (int classes : new int[] {1, 2, 4, 11, 16, 17, 33}) {
                agreement.compare(1, in -> in[0].crossEntropy(labels(samples, classes)), Shape.of(samples, classes));
            }
        }
        agreement.assertCompared(3 * 7 * 2);
    }

    @OnEveryDevice
    void agreesWithTheReferenceWithClassWeights(Device device) {
        DeviceAgreement agreement = DeviceAgreement.on(device);
        for (int samples : new int[] {2, 15, 33}) {
            for (int classes : new int[] {1, 2, 4, 11, 16, 17, 33}) {
                agreement.compare(
                        1,
                        in -> in[0].crossEntropy(weights(classes), labels(samples, classes)),
                        Shape.of(samples, classes));
            }
        }
        agreement.assertCompared(3 * 7 * 2);
    }

    /** Equals torch.nn.CrossEntropyLoss(weight=w) for losses 1, 2 and 3 of labels 0, 1, 0 with weights 1 and 4. */
    @OnEveryDevice
    void classWeightsGiveAWeightedMean(Device device) {
        Tensor x = Tensor.of(device, Shape.of(3, 2), logit(1), 0, 0, logit(2), logit(3), 0)
                .requiresGrad(true);
        float[] weights = {1, 4};
        Tensor loss = x.crossEntropy(weights, 0, 1, 0);
        assertThat(loss.item()).isCloseTo((1 * 1 + 4 * 2 + 1 * 3) / (1.0 + 4 + 1), within(1e-6));
        // A logit's gradient is w/Σw · (p − 1) for the sample's class, with p = exp(−loss), and its negative for the
        // other class.
        double[] gradient = loss.backward().of(x).toDoubleArray();
        double[] expected = {(Math.exp(-1) - 1) / 6, 4 * (Math.exp(-2) - 1) / 6, (Math.exp(-3) - 1) / 6};
        int[] at = {0, 3, 4};
        for (int n = 0; n < 3; n++) {
            assertThat(gradient[at[n]]).isCloseTo(expected[n], within(1e-6));
            assertThat(gradient[at[n] ^ 1]).isCloseTo(-expected[n], within(1e-6));
        }
        assertThat(x.crossEntropy(weights, 0, 0, 0).item())
                .as("with one class: the plain mean")
                .isCloseTo(x.crossEntropy(0, 0, 0).item(), within(1e-6));
        assertThat(x.crossEntropy(new float[] {2, 8}, 0, 1, 0).item()).isCloseTo(2, within(1e-6));
        assertThat(x.crossEntropy(new float[] {0, 4}, 0, 1, 0).item())
                .as("class 0 does not count")
                .isCloseTo(2, within(1e-6));
    }

    /** Returns the logit of a label whose loss is {@code loss} if the other logit is 0: −log σ(logit) = loss. */
    private static double logit(double loss) {
        return -Math.log(Math.expm1(loss));
    }

    @Test
    void withoutClassWeightsIsThePlainMeanToTheBit() {
        Tensor x = Tensor.of(ReferenceDevice.INSTANCE, Shape.of(7, 3), Samples.gaussian(Shape.of(7, 3), 1));
        assertThat(x.crossEntropy((float[]) null, labels(7, 3)).item())
                .isEqualTo(x.crossEntropy(labels(7, 3)).item());
    }

    @OnEveryDevice
    void agreesWithHandComputedLosses(Device device) {
        Tensor x = Tensor.of(device, Shape.of(2, 3), 0.0, 0.0, 0.0, 1000.0, 990.0, -1000.0);
        // log 3 for the first sample; for the second 10 + log(1 + e^-10): nothing overflows.
        double expected = (Math.log(3) + 10 + Math.log1p(Math.exp(-10))) / 2;
        assertThat(x.crossEntropy(2, 1).item()).isCloseTo(expected, within(1e-6));
        assertThat(x.crossEntropy(2, 2).item()).isCloseTo((Math.log(3) + 2000) / 2, within(1e-3));
    }

    @Test
    void bitsDoNotDependOnTheNumberOfThreads() {
        assertThat(ThreadAgreement.check(in -> in[0].crossEntropy(labels(65, 11)), Shape.of(65, 11)))
                .isEqualTo(4);
    }

    @Test
    void reportsMismatchedShapes() {
        Tensor x = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(3, 4));
        assertThatThrownBy(() -> x.crossEntropy(0, 1))
                .isInstanceOf(ShapeException.class)
                .hasMessage("crossEntropy: logits have 3 samples (dim 0) but there are 2 labels; logits [3,4]");
        assertThatThrownBy(() -> x.crossEntropy(0, 4, 1))
                .hasMessage("crossEntropy: label 4 of sample 1, expected 0 to 3 for 4 classes (dim 1); logits [3,4]");
        assertThatThrownBy(() -> x.crossEntropy(0, 0, -1)).hasMessageContaining("label -1 of sample 2");
        assertThatThrownBy(() -> x.flatten(0).crossEntropy(0))
                .hasMessage("crossEntropy: logits has 1 dimensions, expected 2 (N,K); logits [12]");
        assertThatThrownBy(() -> x.crossEntropy(new float[3], 0, 1, 2))
                .isInstanceOf(ShapeException.class)
                .hasMessage("crossEntropy: logits have 4 classes (dim 1) but there are 3 class weights; logits [3,4]");
        for (float bad : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> x.crossEntropy(new float[] {1, 1, bad, 1}, 0, 1, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("crossEntropy: the weight of class 2 is " + bad + ", expected at least 0 and finite");
        }
        assertThatThrownBy(() -> x.crossEntropy(new float[] {0, 1, 0, 1}, 0, 2, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("all classes of the 3 samples have weight 0");
    }
}
