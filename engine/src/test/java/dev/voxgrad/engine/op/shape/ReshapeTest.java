package dev.voxgrad.engine.op.shape;

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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Tag("kernels")
class ReshapeTest {
    @Test
    void gradientEqualsCentralDifferences() {
        assertThat(GradientCheck.check(in -> in[0].reshape(Shape.of(4, 6)), Shape.of(2, 3, 4)))
                .isEqualTo(24);
        assertThat(GradientCheck.check(in -> in[0].flatten(1), Shape.of(2, 3, 2, 1, 2)))
                .isEqualTo(24);
    }

    /** The order of the elements is row-major whatever the layout in memory. */
    @OnEveryDevice
    void agreesWithTheReference(Device device) {
        DeviceAgreement agreement = DeviceAgreement.on(device);
        for (int channels : new int[] {1, 4, 17}) {
            agreement.compare(
                    1, in -> in[0].inLayout(device.activationLayout()).flatten(1), Shape.of(2, channels, 3, 1, 5));
            agreement.compare(
                    1,
                    in -> in[0].reshape(Shape.of(2, 5, channels, 3, 1))
                            .inLayout(Layout.CHANNELS_LAST)
                            .relu(),
                    Shape.of(2, channels, 3, 1, 5));
        }
        agreement.assertCompared(12);
    }

    @Test
    void flattenJoinsAllDimensionsButTheFirst() {
        Tensor x = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(2, 3, 4, 5));
        assertThat(x.flatten(1).shape()).isEqualTo(Shape.of(2, 60));
        assertThat(x.flatten(0).shape()).isEqualTo(Shape.of(120));
        assertThat(x.flatten(3).shape()).isEqualTo(x.shape());
    }

    @Test
    void reportsMismatchedShapes() {
        Tensor x = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(2, 3));
        assertThatThrownBy(() -> x.reshape(Shape.of(4)))
                .isInstanceOf(ShapeException.class)
                .hasMessage("reshape: input has 6 elements but the new shape has 4; input [2,3], new shape [4]");
        assertThatThrownBy(() -> x.flatten(2)).hasMessage("flatten: from dimension 2, expected 0 to 1; input [2,3]");
    }
}
