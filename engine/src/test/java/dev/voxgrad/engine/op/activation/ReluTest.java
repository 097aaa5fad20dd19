package dev.voxgrad.engine.op.activation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.testing.DeviceAgreement;
import dev.voxgrad.engine.testing.GradientCheck;

@Tag("kernels")
class ReluTest {
    @Test
    void gradientEqualsCentralDifferences() {
        assertThat(GradientCheck.check(in -> in[0].relu(), Shape.of(2, 3, 4))).isEqualTo(24);
    }

    @ParameterizedTest
    @MethodSource("dev.voxgrad.engine.testing.TestDevices#all")
    void agreesWithTheReference(Device device) {
        int compared = 0;
        for (int n : new int[] {1, 4, 15, 16, 17, 31, 33, 1000, 40_000}) {
            compared += DeviceAgreement.check(device, 1, in -> in[0].relu(), Shape.of(n));
        }
        assertThat(compared).isEqualTo(18);
    }

    @Test
    void keepsNaN() {
        Tensor x = Tensor.of(ReferenceDevice.INSTANCE, Shape.of(3), Double.NaN, -1, 2);
        assertThat(x.relu().toDoubleArray()).containsExactly(Double.NaN, 0, 2);
    }
}
