package dev.voxgrad.engine.op.reduce;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.testing.DeviceAgreement;
import dev.voxgrad.engine.testing.GradientCheck;
import dev.voxgrad.engine.testing.OnEveryDevice;
import dev.voxgrad.engine.testing.ThreadAgreement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

@Tag("kernels")
class ReduceTest {
    @Test
    void gradientsEqualCentralDifferences() {
        assertThat(GradientCheck.check(in -> in[0].sum(), Shape.of(2, 3, 4))).isEqualTo(24);
        assertThat(GradientCheck.check(in -> in[0].mean(), Shape.of(2, 3, 4))).isEqualTo(24);
        assertThat(GradientCheck.check(in -> in[0].mean(), Shape.of())).isEqualTo(1);
    }

    @OnEveryDevice
    void agreesWithTheReference(Device device) {
        DeviceAgreement agreement = DeviceAgreement.on(device);
        for (int n : new int[] {1, 4, 15, 16, 17, 31, 33, 1000, 40_000}) {
            // Sums are kept in double, so that only the result is rounded: one term.
            agreement.compare(1, in -> in[0].sum(), Shape.of(n));
            agreement.compare(1, in -> in[0].mean(), Shape.of(n));
        }
        agreement.compare(1, in -> in[0].inLayout(device.activationLayout()).mean(), Shape.of(2, 5, 3, 7, 3));
        agreement.assertCompared(9 * 4 + 2);
    }

    @OnEveryDevice
    void addsMillionsOfEqualValuesExactly(Device device) {
        // In float32, adding 0.1 one by one that often gives a sum that is 30 % off.
        Tensor x = Tensor.full(device, Shape.of(3_000_000), 0.1f);
        assertThat(x.sum().item() / (3e6 * 0.1f)).isCloseTo(1, within(0x1p-24));
        assertThat(x.mean().item()).isCloseTo(0.1f, within(0x1p-27));
    }

    @Test
    void bitsDoNotDependOnTheNumberOfThreads() {
        assertThat(ThreadAgreement.check(in -> in[0].sum(), Shape.of(200_003))).isEqualTo(4);
        assertThat(ThreadAgreement.check(in -> in[0].mean(), Shape.of(200_003))).isEqualTo(4);
    }
}
