package dev.voxgrad.engine.op.shape;

import java.util.function.Function;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Gradients;
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
class ConcatTest {
    private static Function<Tensor[], Tensor> along(int dimension) {
        return in -> Tensor.concat(dimension, in);
    }

    @Test
    void gradientEqualsCentralDifferences() {
        assertThat(GradientCheck.check(along(1), Shape.of(2, 3, 2), Shape.of(2, 1, 2), Shape.of(2, 2, 2)))
                .isEqualTo(24);
        assertThat(GradientCheck.check(along(0), Shape.of(2, 3), Shape.of(1, 3)))
                .isEqualTo(9);
        assertThat(GradientCheck.check(in -> Tensor.concat(1, in[0], in[0]), Shape.of(2, 3)))
                .isEqualTo(6);
    }

    @OnEveryDevice
    void agreesWithTheReference(Device device) {
        DeviceAgreement agreement = DeviceAgreement.on(device);
        for (int size : new int[] {1, 4, 15, 16, 17, 31, 33}) {
            for (int dimension = 0; dimension < 5; dimension++) {
                Shape first = Shape.of(2, 3, 2, 1, 3);
                Function<Tensor[], Tensor> concat = along(dimension);
                agreement.compare(
                        1,
                        in -> concat.apply(new Tensor[] {in[0].inLayout(device.activationLayout()), in[1], in[2]}),
                        first,
                        first.with(dimension, size),
                        first);
            }
        }
        agreement.assertCompared(7 * 5 * 4);
    }

    @Test
    void agreesWithAHandComputedExample() {
        Tensor a = Tensor.of(ReferenceDevice.INSTANCE, Shape.of(2, 2), 1.0, 2.0, 3.0, 4.0);
        Tensor b = Tensor.of(ReferenceDevice.INSTANCE, Shape.of(2, 1), 5.0, 6.0);
        assertThat(Tensor.concat(1, a, b).toDoubleArray()).containsExactly(1, 2, 5, 3, 4, 6);
        assertThat(Tensor.concat(0, a, a).toDoubleArray()).containsExactly(1, 2, 3, 4, 1, 2, 3, 4);
    }

    @Test
    void skipsGradientsThatAreNotRequired() {
        Tensor a = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(2));
        Tensor b = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(3)).requiresGrad(true);
        Tensor upstream = Tensor.of(ReferenceDevice.INSTANCE, Shape.of(5), 1.0, 2.0, 3.0, 4.0, 5.0);
        Gradients gradients = Tensor.concat(0, a, b).backward(upstream);
        assertThat(gradients.of(b).toDoubleArray()).containsExactly(3, 4, 5);
        assertThat(gradients.has(a)).isFalse();
    }

    @Test
    void bitsDoNotDependOnTheNumberOfThreads() {
        assertThat(ThreadAgreement.check(along(1), Shape.of(3, 17, 5), Shape.of(3, 4, 5)))
                .isEqualTo(6);
    }

    @Test
    void reportsMismatchedShapes() {
        Tensor a = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(2, 3));
        Tensor b = Tensor.zeros(ReferenceDevice.INSTANCE, Shape.of(2, 4));
        assertThatThrownBy(() -> Tensor.concat(0, a, b))
                .isInstanceOf(ShapeException.class)
                .hasMessage("concat: input 1 has size 4 (dim 1), expected 3; input 0 [2,3], input 1 [2,4]");
        assertThatThrownBy(() -> Tensor.concat(2, a, b))
                .hasMessage("concat: dimension 2, expected 0 to 1; input 0 [2,3]");
        assertThatThrownBy(() -> Tensor.concat(0, a, a.flatten(0)))
                .hasMessage("concat: input 1 has 1 dimensions, expected 2; input 0 [2,3], input 1 [6]");
        assertThatThrownBy(() -> Tensor.concat(0)).hasMessage("concat: no inputs, expected at least one");
    }
}
