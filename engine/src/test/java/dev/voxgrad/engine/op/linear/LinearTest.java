package dev.voxgrad.engine.op.linear;

import java.util.function.Function;

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

@Tag("kernels")
class LinearTest {
    private static final Function<Tensor[], Tensor> LINEAR = in -> in[0].linear(in[1], in[2]);

    private static Shape[] shapes(int n, int in, int out) {
        return new Shape[] {Shape.of(n, in), Shape.of(out, in), Shape.of(out)};
    }

    @Test
    void gradientEqualsCentralDifferences() {
        assertThat(GradientCheck.check(LINEAR, shapes(2, 3, 5))).isEqualTo(6 + 15 + 5);
        assertThat(GradientCheck.check(in -> in[0].linear(in[1]), Shape.of(3, 2), Shape.of(4, 2)))
                .isEqualTo(6 + 8);
    }

    @OnEveryDevice
    void agreesWithTheReference(Device device) {
        DeviceAgreement agreement = DeviceAgreement.on(device);
        int[] sizes = {1, 4, 15, 16, 17, 31, 33};
        for (int in : sizes) {
            for (int out : sizes) {
                for (int n : new int[] {1, 6, 17}) {
                    int terms = Math.max(in, Math.max(out, n));
                    agreement.compare(terms, LINEAR, shapes(n, in, out));
                }
            }
        }
        agreement.compare(256, LINEAR, shapes(32, 256, 256));
        agreement.compare(17, in -> in[0].linear(in[1]), Shape.of(5, 17), Shape.of(9, 17));
        agreement.assertCompared(7 * 7 * 3 * 4 + 4 + 3);
    }

    @OnEveryDevice
    void agreesWithAHandComputedProduct(Device device) {
        Tensor x = Tensor.of(device, Shape.of(2, 3), 1.0, 2.0, 3.0, -1.0, 0.0, 4.0);
        Tensor weight = Tensor.of(device, Shape.of(2, 3), 1.0, 0.0, -1.0, 2.0, 3.0, 0.5);
        Tensor bias = Tensor.of(device, Shape.of(2), 10.0, 20.0);
        assertThat(x.linear(weight, bias).toDoubleArray()).containsExactly(8, 29.5, 5, 20);
    }

    @Test
    void bitsDoNotDependOnTheNumberOfThreads() {
        assertThat(ThreadAgreement.check(LINEAR, shapes(32, 255, 129))).isEqualTo(8);
    }

    @Test
    void reportsMismatchedShapes() {
        Tensor x = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(2, 3));
        Tensor weight = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(5, 4));
        Tensor bias = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(4));
        assertThatThrownBy(() -> x.linear(weight))
                .isInstanceOf(ShapeException.class)
                .hasMessage("linear: input has 3 features (dim 1) but weight expects 4; input [2,3], weight [5,4]");
        Tensor wide = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(2, 4));
        assertThatThrownBy(() -> wide.linear(weight, bias))
                .hasMessage("linear: bias has 4 features (dim 0) but weight has 5; weight [5,4], bias [4]");
        assertThatThrownBy(() -> bias.linear(weight))
                .hasMessage("linear: input has 1 dimensions, expected 2 (N,in); input [4]");
    }
}
