package dev.voxgrad.engine.op.activation;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.testing.DeviceAgreement;
import dev.voxgrad.engine.testing.GradientCheck;
import dev.voxgrad.engine.testing.OnEveryDevice;

import static org.assertj.core.api.Assertions.assertThat;

@Tag("kernels")
class LeakyReluTest {
    @Test
    void gradientEqualsCentralDifferences() {
        assertThat(GradientCheck.check(in -> in[0].leakyRelu(0.01), Shape.of(2, 3, 4)))
                .isEqualTo(24);
        assertThat(GradientCheck.check(in -> in[0].leakyRelu(-0.5), Shape.of(2, 3, 4)))
                .isEqualTo(24);
    }

    @OnEveryDevice
    void agreesWithTheReference(Device device) {
        DeviceAgreement agreement = DeviceAgreement.on(device);
        for (int n : new int[] {1, 4, 15, 16, 17, 31, 33, 1000, 40_000}) {
            agreement.compare(1, in -> in[0].leakyRelu(0.01), Shape.of(n));
        }
        agreement.assertCompared(18);
    }

    @Test
    void scalesNegativeValuesAndKeepsNaN() {
        Tensor x = Tensor.of(ReferenceDevice.INSTANCE, Shape.of(4), Double.NaN, -2, 0, 3);
        assertThat(x.leakyRelu(0.25).toDoubleArray()).containsExactly(Double.NaN, -0.5, 0, 3);
    }
}
