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
import dev.voxgrad.engine.testing.ThreadAgreement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

@Tag("kernels")
class BceWithLogitsTest {
    private static float[] targets(int n) {
        float[] targets = new float[n];
        for (int i = 0; i < n; i++) {
            targets[i] = i * 5 % 8 / 7f;
        }
        return targets;
    }

    @Test
    void gradientEqualsCentralDifferences() {
        assertThat(GradientCheck.check(in -> in[0].bceWithLogits(targets(15)), Shape.of(3, 5)))
                .isEqualTo(15);
        assertThat(GradientCheck.check(in -> in[0].bceWithLogits(1), Shape.of(1, 1)))
                .isEqualTo(1);
    }

    @OnEveryDevice
    void agreesWithTheReference(Device device) {
        DeviceAgreement agreement = DeviceAgreement.on(device);
        for (int samples : new int[] {1, 5, 33}) {
            for (int labels : new int[] {1, 4, 15, 16, 17, 31, 33}) {
                agreement.compare(1, in -> in[0].bceWithLogits(targets(samples * labels)), Shape.of(samples, labels));
            }
        }
        agreement.assertCompared(3 * 7 * 2);
    }

    @OnEveryDevice
    void agreesWithHandComputedLosses(Device device) {
        Tensor x = Tensor.of(device, Shape.of(2, 2), 0.0, 2.0, 5000.0, -5000.0).requiresGrad(true);
        // log 2; log(1 + e^-2) + 2·(1 − 0.25); 5000 for a confident wrong answer; 0 for a confident right one.
        Tensor loss = x.bceWithLogits(1, 0.25f, 0, 0);
        double expected = (Math.log(2) + Math.log1p(Math.exp(-2)) + 1.5 + 5000) / 4;
        assertThat(loss.item()).isCloseTo(expected, within(expected * 0x1p-24));
        double[] gradient = loss.backward().of(x).toDoubleArray();
        assertThat(gradient[0]).isEqualTo(-0.125);
        assertThat(gradient[2]).isEqualTo(0.25);
        assertThat(gradient[3]).isZero();
    }

    @Test
    void bitsDoNotDependOnTheNumberOfThreads() {
        assertThat(ThreadAgreement.check(in -> in[0].bceWithLogits(targets(65 * 14)), Shape.of(65, 14)))
                .isEqualTo(4);
    }

    @Test
    void reportsMismatchedShapes() {
        Tensor x = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(2, 3));
        assertThatThrownBy(() -> x.bceWithLogits(targets(5)))
                .isInstanceOf(ShapeException.class)
                .hasMessage("bceWithLogits: logits have 6 elements but there are 5 targets; logits [2,3]");
        assertThatThrownBy(() -> x.bceWithLogits(0, 0, 0, 0, 1.5f, 0))
                .hasMessage("bceWithLogits: target 1.5 of sample 1, label 1, expected 0 to 1; logits [2,3]");
        assertThatThrownBy(() -> x.bceWithLogits(0, Float.NaN, 0, 0, 0, 0))
                .hasMessageContaining("target NaN of sample 0, label 1");
        assertThatThrownBy(() -> x.flatten(0).bceWithLogits(targets(6)))
                .hasMessage("bceWithLogits: logits has 1 dimensions, expected 2 (N,L); logits [6]");
    }
}
