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
class MaxPool3dTest {
    private static final Dims3 TWO = Dims3.cube(2);

    @Test
    void gradientEqualsCentralDifferences() {
        assertThat(GradientCheck.check(in -> in[0].maxPool3d(TWO, TWO, Dims3.ZERO), Shape.of(2, 3, 4, 5, 2)))
                .isEqualTo(240);
        assertThat(GradientCheck.check(in -> in[0].maxPool3d(Dims3.cube(3), TWO, Dims3.ONE), Shape.of(1, 2, 5, 4, 3)))
                .isEqualTo(120);
        assertThat(GradientCheck.check(
                        in -> in[0].maxPool3d(new Dims3(1, 2, 3), new Dims3(2, 1, 3), Dims3.ZERO),
                        Shape.of(1, 2, 5, 4, 7)))
                .isEqualTo(280);
    }

    @OnEveryDevice(cudnn = true)
    void agreesWithTheReference(Device device) {
        DeviceAgreement agreement = DeviceAgreement.on(device);
        for (int channels : new int[] {1, 4, 15, 16, 17, 31, 33}) {
            agreement.compare(1, in -> in[0].maxPool3d(TWO, TWO, Dims3.ZERO), Shape.of(2, channels, 4, 6, 8));
            agreement.compare(1, in -> in[0].maxPool3d(TWO, TWO, Dims3.ZERO), Shape.of(1, channels, 7, 5, 3));
            agreement.compare(1, in -> in[0].maxPool3d(TWO, TWO, Dims3.ONE), Shape.of(1, channels, 7, 5, 4));
            agreement.compare(
                    8, in -> in[0].maxPool3d(Dims3.cube(3), Dims3.ONE, Dims3.ONE), Shape.of(2, channels, 4, 3, 5));
            agreement.compare(
                    8,
                    in -> in[0].maxPool3d(new Dims3(1, 3, 2), new Dims3(3, 1, 4), Dims3.ZERO),
                    Shape.of(1, channels, 8, 6, 7));
        }
        agreement.assertCompared(7 * 5 * 2);
    }

    /** Uses one window of eight voxels for each of 17 channels, so that both vectors and the tail process it. */
    private static double[][] poolAndGradient(Device device, double... window) {
        double[] values = new double[17 * 8];
        for (int i = 0; i < values.length; i++) {
            values[i] = window[i % 8];
        }
        Tensor x = Tensor.of(device, Shape.of(1, 17, 2, 2, 2), values).requiresGrad(true);
        Tensor y = x.maxPool3d(TWO, TWO, Dims3.ZERO);
        double[] result = y.toDoubleArray();
        return new double[][] {
            result, y.backward(Tensor.full(device, y.shape(), 1)).of(x).toDoubleArray()
        };
    }

    private static void assertGradientGoesTo(int position, double maximum, Device device, double... window) {
        double[][] answers = poolAndGradient(device, window);
        for (double value : answers[0]) {
            assertThat(value).isEqualTo(Double.valueOf(maximum));
        }
        for (int i = 0; i < answers[1].length; i++) {
            assertThat(answers[1][i]).as("element %d", i).isEqualTo(i % 8 == position ? 1 : 0);
        }
    }

    /** cuDNN is left out here and below, because it doesn't document which of several maxima receives the gradient. */
    @OnEveryDevice(reference = true)
    void firstMaximumReceivesTheGradient(Device device) {
        assertGradientGoesTo(2, 3, device, 1, 2, 3, 0, 3, -1, 3, 2);
        assertGradientGoesTo(0, 0, device, 0, 0, 0, 0, 0, 0, 0, 0);
        double low = Double.NEGATIVE_INFINITY;
        assertGradientGoesTo(0, low, device, low, low, low, low, low, low, low, low);
    }

    @OnEveryDevice(reference = true)
    void nanWins(Device device) {
        assertGradientGoesTo(5, Double.NaN, device, 1, 2, Double.NaN, 0, 3, Double.NaN, 9, 2);
    }

    @Test
    void bitsDoNotDependOnTheNumberOfThreads() {
        assertThat(ThreadAgreement.check(
                        in -> in[0].maxPool3d(Dims3.cube(3), TWO, Dims3.ONE), Shape.of(3, 17, 9, 9, 9)))
                .isEqualTo(4);
        assertThat(ThreadAgreement.check(in -> in[0].maxPool3d(TWO, TWO, Dims3.ZERO), Shape.of(3, 32, 9, 9, 9)))
                .isEqualTo(4);
    }

    @Test
    void reportsMismatchedShapes() {
        Tensor x = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(1, 2, 4, 1, 4));
        assertThatThrownBy(() -> x.maxPool3d(TWO, TWO, Dims3.ZERO))
                .isInstanceOf(ShapeException.class)
                .hasMessage("maxPool3d: input has size 1 (dim 3) but kernel 2x2x2 with padding 0x0x0 expects at least 2"
                        + "; input [1,2,4,1,4]");
        assertThatThrownBy(() -> x.maxPool3d(TWO, TWO, TWO))
                .hasMessage("maxPool3d: padding 2 (dim 2) is more than half the kernel size 2; input [1,2,4,1,4]");
        assertThatThrownBy(() -> x.maxPool3d(TWO, Dims3.ZERO, Dims3.ZERO)).hasMessageContaining("stride 0x0x0");
        Tensor flat = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(2, 4));
        assertThatThrownBy(() -> flat.maxPool3d(TWO, TWO, Dims3.ZERO))
                .hasMessage("maxPool3d: input has 2 dimensions, expected 5 (N,C,D,H,W); input [2,4]");
    }
}
