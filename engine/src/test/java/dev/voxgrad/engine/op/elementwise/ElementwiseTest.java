package dev.voxgrad.engine.op.elementwise;

import java.util.function.Function;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Layout;
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

@Tag("kernels")
class ElementwiseTest {
    @Test
    void gradientsEqualCentralDifferences() {
        Shape shape = Shape.of(2, 3, 4);
        assertThat(GradientCheck.check(in -> in[0].add(in[1]), shape, shape)).isEqualTo(48);
        assertThat(GradientCheck.check(in -> in[0].mul(in[1]), shape, shape)).isEqualTo(48);
        assertThat(GradientCheck.check(in -> in[0].mul(in[0]), shape)).isEqualTo(24);
        assertThat(GradientCheck.check(in -> in[0].scale(-2.5), shape)).isEqualTo(24);
    }

    @OnEveryDevice
    void agreesWithTheReference(Device device) {
        DeviceAgreement agreement = DeviceAgreement.on(device);
        for (int n : new int[] {1, 4, 15, 16, 17, 31, 33, 1000, 40_000}) {
            Shape shape = Shape.of(n);
            agreement.compare(1, in -> in[0].add(in[1]), shape, shape);
            agreement.compare(1, in -> in[0].mul(in[1]), shape, shape);
            agreement.compare(1, in -> in[0].scale(0.3f), shape);
        }
        agreement.assertCompared(9 * (3 + 3 + 2));
    }

    /** One factor is channels-last, the other row-major. */
    @OnEveryDevice
    void layoutsMayDiffer(Device device) {
        Shape shape = Shape.of(2, 3, 1, 2, 5);
        DeviceAgreement agreement = DeviceAgreement.on(device);
        for (int first = 0; first < 2; first++) {
            int converted = first;
            Function<Tensor[], Tensor> mixed = in -> {
                Tensor[] factors = in.clone();
                factors[converted] = in[converted].inLayout(Layout.CHANNELS_LAST);
                return factors[0].mul(factors[1]).add(factors[1]);
            };
            agreement.compare(2, mixed, shape, shape);
        }
        agreement.assertCompared(6);
    }

    @Test
    void agreesWithHandComputedValues() {
        Tensor a = Tensor.of(ReferenceDevice.INSTANCE, Shape.of(3), 1.0, -2.0, 3.0);
        Tensor b = Tensor.of(ReferenceDevice.INSTANCE, Shape.of(3), 4.0, 5.0, 0.5);
        assertThat(a.mul(b).toDoubleArray()).containsExactly(4, -10, 1.5);
        assertThat(a.scale(2).toDoubleArray()).containsExactly(2, -4, 6);
        assertThat(a.add(b).toDoubleArray()).containsExactly(5, 3, 3.5);
    }

    @Test
    void bitsDoNotDependOnTheNumberOfThreads() {
        Shape shape = Shape.of(100_001);
        assertThat(ThreadAgreement.check(in -> in[0].mul(in[1]).scale(0.7).add(in[0]), shape, shape))
                .isEqualTo(6);
    }

    @Test
    void reportsMismatchedShapes() {
        Tensor a = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(3));
        Tensor b = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(3, 1));
        assertThatThrownBy(() -> a.mul(b))
                .isInstanceOf(ShapeException.class)
                .hasMessage("mul: a and b must have the same shape; a [3], b [3,1]");
    }
}
