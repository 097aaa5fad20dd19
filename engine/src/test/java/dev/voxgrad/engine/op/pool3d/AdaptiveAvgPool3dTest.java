package dev.voxgrad.engine.op.pool3d;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Dims3;
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
class AdaptiveAvgPool3dTest {
    @Test
    void gradientEqualsCentralDifferences() {
        Shape shape = Shape.of(2, 3, 4, 5, 3);
        assertThat(GradientCheck.check(in -> in[0].adaptiveAvgPool3d(Dims3.ONE), shape))
                .isEqualTo(360);
        assertThat(GradientCheck.check(in -> in[0].adaptiveAvgPool3d(new Dims3(3, 2, 5)), shape))
                .isEqualTo(360);
    }

    @OnEveryDevice(cudnn = true)
    void agreesWithTheReference(Device device) {
        DeviceAgreement agreement = DeviceAgreement.on(device);
        for (int channels : new int[] {1, 4, 15, 16, 17, 31, 33}) {
            for (Dims3 output : new Dims3[] {Dims3.ONE, Dims3.cube(2), new Dims3(3, 4, 7), new Dims3(9, 1, 5)}) {
                agreement.compare(105, in -> in[0].adaptiveAvgPool3d(output), Shape.of(2, channels, 3, 5, 7));
                agreement.compare(
                        output.product(), in -> in[0].adaptiveAvgPool3d(output), Shape.of(1, channels, 1, 1, 1));
            }
        }
        agreement.assertCompared(7 * 4 * 2 * 2);
    }

    /** Five values in three bins, divided as in PyTorch: 0–1, 1–3, 3–4. */
    @OnEveryDevice(cudnn = true)
    void binsMatchPyTorch(Device device) {
        Tensor x = Tensor.of(device, Shape.of(1, 1, 1, 1, 5), 1.0, 2.0, 4.0, 6.0, 10.0);
        assertThat(x.adaptiveAvgPool3d(new Dims3(1, 1, 3)).toDoubleArray()).containsExactly(1.5, 4, 8);
    }

    @Test
    void bitsDoNotDependOnTheNumberOfThreads() {
        assertThat(ThreadAgreement.check(in -> in[0].adaptiveAvgPool3d(Dims3.cube(2)), Shape.of(3, 17, 9, 9, 9)))
                .isEqualTo(4);
    }

    @Test
    void reportsMismatchedShapes() {
        Tensor x = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(2, 3));
        assertThatThrownBy(() -> x.adaptiveAvgPool3d(Dims3.ONE))
                .isInstanceOf(ShapeException.class)
                .hasMessage("adaptiveAvgPool3d: input has 2 dimensions, expected 5 (N,C,D,H,W); input [2,3]");
        Tensor y = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(2, 3, 1, 1, 1));
        assertThatThrownBy(() -> y.adaptiveAvgPool3d(Dims3.ZERO))
                .hasMessage("adaptiveAvgPool3d: output size 0x0x0, expected at least 1x1x1; input [2,3,1,1,1]");
    }
}
