package dev.voxgrad.engine.op.softmax;

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
import static org.assertj.core.api.Assertions.within;

@Tag("kernels")
class SoftmaxTest {
    private static final Function<Tensor[], Tensor> SOFTMAX = in -> in[0].softmax();
    private static final Function<Tensor[], Tensor> LOG_SOFTMAX = in -> in[0].logSoftmax();

    @Test
    void gradientEqualsCentralDifferences() {
        for (Shape shape : new Shape[] {Shape.of(3, 5), Shape.of(1, 2), Shape.of(4, 1)}) {
            assertThat(GradientCheck.check(SOFTMAX, shape)).isEqualTo(shape.elements());
            assertThat(GradientCheck.check(LOG_SOFTMAX, shape)).isEqualTo(shape.elements());
        }
    }

    @OnEveryDevice(cudnn = true)
    void agreesWithTheReference(Device device) {
        DeviceAgreement agreement = DeviceAgreement.on(device);
        for (int rows : new int[] {1, 5, 33}) {
            for (int classes : new int[] {1, 4, 15, 16, 17, 31, 33}) {
                agreement.compare(classes, SOFTMAX, Shape.of(rows, classes));
                agreement.compare(classes, LOG_SOFTMAX, Shape.of(rows, classes));
            }
        }
        agreement.assertCompared(3 * 7 * 2 * 2);
    }

    @OnEveryDevice(cudnn = true)
    void staysExactForExtremeLogits(Device device) {
        Tensor x = Tensor.of(device, Shape.of(2, 2), 1000.0, 1000 + Math.log(3), -3e38, 3e38);
        double[] softmax = x.softmax().toDoubleArray();
        // The logits near 1000 are rounded to 2^-14.
        assertThat(softmax[0]).isCloseTo(0.25, within(0x1p-14));
        assertThat(softmax[1]).isCloseTo(0.75, within(0x1p-14));
        assertThat(softmax[2]).isZero();
        assertThat(softmax[3]).isEqualTo(1);
        Tensor y = Tensor.of(device, Shape.of(1, 2), 0.0, 200.0);
        assertThat(y.logSoftmax().toDoubleArray()).containsExactly(-200, 0);
    }

    @Test
    void bitsDoNotDependOnTheNumberOfThreads() {
        assertThat(ThreadAgreement.check(SOFTMAX, Shape.of(65, 33))).isEqualTo(4);
        assertThat(ThreadAgreement.check(LOG_SOFTMAX, Shape.of(65, 33))).isEqualTo(4);
    }

    @Test
    void reportsMismatchedShapes() {
        Tensor x = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(3));
        assertThatThrownBy(x::softmax)
                .isInstanceOf(ShapeException.class)
                .hasMessage("softmax: input has 1 dimensions, expected 2 (N,K); input [3]");
        assertThatThrownBy(x::logSoftmax).hasMessage("logSoftmax: input has 1 dimensions, expected 2 (N,K); input [3]");
    }
}
