package dev.voxgrad.engine.op.activation;

import java.util.Arrays;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.testing.DeviceAgreement;
import dev.voxgrad.engine.testing.GradientCheck;
import dev.voxgrad.engine.testing.OnEveryDevice;

import static org.assertj.core.api.Assertions.assertThat;

@Tag("kernels")
class ReluTest {
    @Test
    void gradientEqualsCentralDifferences() {
        assertThat(GradientCheck.check(in -> in[0].relu(), Shape.of(2, 3, 4))).isEqualTo(24);
    }

    @OnEveryDevice
    void agreesWithTheReference(Device device) {
        DeviceAgreement agreement = DeviceAgreement.on(device);
        for (int n : new int[] {1, 4, 15, 16, 17, 31, 33, 1000, 40_000}) {
            agreement.compare(1, in -> in[0].relu(), Shape.of(n));
        }
        agreement.assertCompared(18);
    }

    @OnEveryDevice(reference = true)
    void keepsNaNAndPassesItsGradient(Device device) {
        double[] values = new double[35];
        Arrays.fill(values, -1);
        values[3] = Double.NaN;
        values[34] = Double.NaN;
        Tensor x = Tensor.of(device, Shape.of(35), values).requiresGrad(true);
        Tensor y = x.relu();
        assertThat(y.toDoubleArray()[3]).isNaN();
        assertThat(y.toDoubleArray()[34]).isNaN();
        double[] gradient = y.backward(Tensor.full(device, x.shape(), 5)).of(x).toDoubleArray();
        assertThat(gradient[3]).isEqualTo(5);
        assertThat(gradient[34]).isEqualTo(5);
        assertThat(gradient[4]).isZero();
    }
}
