package dev.voxgrad.engine.op.crossentropy;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.testing.OnEveryDevice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Tests that losses and gradients at infinite logits are their limits, and NaN only if there is no limit. */
class InfiniteLogitsTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;

    private static double loss(Tensor loss) {
        return loss.toDoubleArray()[0];
    }

    private static void checkBinary(Device device, double x, double target, double loss, double gradient) {
        Tensor logits = Tensor.of(device, Shape.of(1, 1), x).requiresGrad(true);
        Tensor result = logits.bceWithLogits((float) target);
        assertThat(loss(result))
                .as("loss of %s, target %s on %s", x, target, device.name())
                .isEqualTo(Double.valueOf(loss));
        assertThat(result.backward().of(logits).toDoubleArray()[0])
                .as("gradient of %s, target %s on %s", x, target, device.name())
                .isEqualTo(Double.valueOf(gradient));
    }

    @OnEveryDevice(reference = true)
    void binaryLossesAreLimits(Device device) {
        checkBinary(device, INF, 1, 0, 0);
        checkBinary(device, INF, 0, INF, 1);
        checkBinary(device, INF, 0.5, INF, 0.5);
        checkBinary(device, -INF, 0, 0, 0);
        checkBinary(device, -INF, 1, INF, -1);
        checkBinary(device, -INF, 0.25, INF, -0.25);
        checkBinary(device, 3e38, 1, 0, 0);
        checkBinary(device, -3e38, 0, 0, 0);
        checkBinary(device, NAN, 0, NAN, NAN);
        assertThat(loss(Tensor.zeros(device, Shape.of(1, 1)).bceWithLogits(0))).isCloseTo(Math.log(2), within(1e-7));
    }

    private static void checkClasses(Device device, double[] x, int label, double loss, double... gradient) {
        Tensor logits = Tensor.of(device, Shape.of(1, x.length), x).requiresGrad(true);
        Tensor result = logits.crossEntropy(label);
        assertThat(loss(result)).as("loss on %s", device.name()).isEqualTo(Double.valueOf(loss));
        assertThat(result.backward().of(logits).toDoubleArray())
                .as("gradient on %s", device.name())
                .containsExactly(gradient);
    }

    @OnEveryDevice(reference = true)
    void lossesOfClassesAreLimits(Device device) {
        checkClasses(device, new double[] {7, -INF}, 0, 0, 0, 0);
        checkClasses(device, new double[] {7, -INF}, 1, INF, 1, -1);
        checkClasses(device, new double[] {INF, 3, -INF}, 0, 0, 0, 0, 0);
        checkClasses(device, new double[] {INF, 3, -INF}, 1, INF, 1, -1, 0);
        checkClasses(device, new double[] {INF, INF, 0}, 0, NAN, NAN, NAN, NAN);
        checkClasses(device, new double[] {-INF, -INF}, 0, NAN, NAN, NAN);
        checkClasses(device, new double[] {NAN, INF}, 1, NAN, NAN, NAN);
    }

    @OnEveryDevice(reference = true)
    void probabilitiesAreLimits(Device device) {
        Tensor x = Tensor.of(device, Shape.of(3, 2), INF, 5, 2, -INF, INF, INF);
        assertThat(x.softmax().toDoubleArray()).containsExactly(1, 0, 1, 0, NAN, NAN);
        assertThat(x.logSoftmax().toDoubleArray()).containsExactly(0, -INF, 0, -INF, NAN, NAN);
    }
}
