package dev.voxgrad.engine.op.crossentropy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.testing.DeviceAgreement;
import dev.voxgrad.engine.testing.GradientCheck;
import dev.voxgrad.engine.testing.ThreadAgreement;

@Tag("kernels")
class CrossEntropyTest {
    private static int[] labels(int samples, int classes) {
        int[] labels = new int[samples];
        for (int n = 0; n < samples; n++) {
            labels[n] = (n * 7 + 1) % classes;
        }
        return labels;
    }

    @Test
    void gradientEqualsCentralDifferences() {
        assertThat(GradientCheck.check(in -> in[0].crossEntropy(labels(5, 4)), Shape.of(5, 4))).isEqualTo(20);
        assertThat(GradientCheck.check(in -> in[0].crossEntropy(0), Shape.of(1, 3))).isEqualTo(3);
    }

    @ParameterizedTest
    @MethodSource("dev.voxgrad.engine.testing.TestDevices#all")
    void agreesWithTheReference(Device device) {
        int compared = 0;
        for (int samples : new int[] {1, 15, 33}) {
            for (int classes : new int[] {1, 2, 4, 11, 16, 17, 33}) {
                compared += DeviceAgreement.check(device, 1,
                        in -> in[0].crossEntropy(labels(samples, classes)), Shape.of(samples, classes));
            }
        }
        assertThat(compared).isEqualTo(3 * 7 * 2);
    }

    @ParameterizedTest
    @MethodSource("dev.voxgrad.engine.testing.TestDevices#all")
    void agreesWithHandComputedLosses(Device device) {
        Tensor x = Tensor.of(device, Shape.of(2, 3), 0.0, 0.0, 0.0, 1000.0, 990.0, -1000.0);
        // log 3 for the first sample; for the second 10 + log(1 + e^-10): nothing overflows.
        double expected = (Math.log(3) + 10 + Math.log1p(Math.exp(-10))) / 2;
        assertThat(x.crossEntropy(2, 1).item()).isCloseTo(expected, within(1e-6));
        assertThat(x.crossEntropy(2, 2).item()).isCloseTo((Math.log(3) + 2000) / 2, within(1e-3));
    }

    @Test
    void bitsDoNotDependOnTheNumberOfThreads() {
        assertThat(ThreadAgreement.check(in -> in[0].crossEntropy(labels(65, 11)), Shape.of(65, 11))).isEqualTo(4);
    }

    @Test
    void misfitsAreNamed() {
        Tensor x = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(3, 4));
        assertThatThrownBy(() -> x.crossEntropy(0, 1))
                .isInstanceOf(ShapeException.class)
                .hasMessage("crossEntropy: logits have 3 samples (dim 0) but there are 2 labels; logits [3,4]");
        assertThatThrownBy(() -> x.crossEntropy(0, 4, 1))
                .hasMessage("crossEntropy: label 4 of sample 1, expected 0 to 3 for 4 classes (dim 1); logits [3,4]");
        assertThatThrownBy(() -> x.crossEntropy(0, 0, -1)).hasMessageContaining("label -1 of sample 2");
        assertThatThrownBy(() -> x.flatten(0).crossEntropy(0))
                .hasMessage("crossEntropy: logits has 1 dimensions, expected 2 (N,K); logits [12]");
    }
}
