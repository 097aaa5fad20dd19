package dev.voxgrad.engine.autograd;

import java.util.List;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.optim.GradientMath;
import dev.voxgrad.engine.testing.GradientCheck;
import dev.voxgrad.engine.testing.OnEveryDevice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class BackwardTest {
    private static final ReferenceDevice REFERENCE = ReferenceDevice.INSTANCE;

    @Test
    void sumsGradientsOfTensorUsedSeveralTimes() {
        int compared =
                GradientCheck.check(in -> in[0].add(in[0]).relu().add(in[1]).add(in[0]), Shape.of(5), Shape.of(5));
        assertThat(compared).isEqualTo(10);
    }

    @Test
    void walksVeryDeepGraphWithoutStackOverflow() {
        Tensor x = Tensor.of(REFERENCE, Shape.of(1), 1.5).requiresGrad(true);
        Tensor y = x;
        for (int i = 0; i < 100_000; i++) {
            y = y.relu();
        }
        assertThat(y.backward().of(x).item()).isEqualTo(1);
    }

    @Test
    void visitsDiamondOnce() {
        Tensor x = Tensor.of(REFERENCE, Shape.of(1), 1.0).requiresGrad(true);
        Tensor y = x;
        for (int i = 0; i < 40; i++) {
            y = y.add(y);
        }
        assertThat(y.backward().of(x).item()).isEqualTo(Math.pow(2, 40));
    }

    @Test
    void refusesSecondBackwardAndSaysWhy() {
        Tensor x = Tensor.of(REFERENCE, Shape.of(1), 1.0).requiresGrad(true);
        Tensor y = x.relu();
        y.backward();
        assertThatThrownBy(y::backward)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("already run through relu")
                .hasMessageContaining("run the forward again");
    }

    @Test
    void errorsNameTheMisuse() {
        Tensor x = Tensor.zeros(REFERENCE, Shape.of(2));
        assertThatThrownBy(x::backward).isInstanceOf(ShapeException.class).hasMessageContaining("scalar");
        Tensor scalar = Tensor.zeros(REFERENCE, Shape.of());
        assertThatThrownBy(scalar::backward).hasMessageContaining("requires a gradient");
        Tensor y = Tensor.zeros(REFERENCE, Shape.of(2)).requiresGrad(true).relu();
        assertThatThrownBy(() -> y.backward(Tensor.zeros(REFERENCE, Shape.of(3))))
                .hasMessageContaining("[3]");
        assertThatThrownBy(() -> y.requiresGrad(false)).hasMessageContaining("relu");
        Gradients gradients = y.backward(Tensor.zeros(REFERENCE, Shape.of(2)));
        assertThatThrownBy(() -> gradients.of(x)).hasMessageContaining("no gradient");
    }

    @Test
    void refusesUpstreamGradientOfAnotherDevice() {
        try (CpuDevice cpu = new CpuDevice(1)) {
            Tensor y = Tensor.zeros(REFERENCE, Shape.of(2)).requiresGrad(true).relu();
            assertThatThrownBy(() -> y.backward(Tensor.zeros(cpu, Shape.of(2))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("upstream gradient is on device cpu")
                    .hasMessageContaining("reference");
        }
    }

    /** Clipping and scaling change gradients in place, so these must not share memory with anything else. */
    @Test
    void gradientsHaveTheirOwnMemory() {
        Tensor a = Tensor.of(REFERENCE, Shape.of(2), 1.0, 2.0).requiresGrad(true);
        Tensor b = Tensor.of(REFERENCE, Shape.of(2), 3.0, 4.0).requiresGrad(true);
        Tensor upstream = Tensor.of(REFERENCE, Shape.of(2), 3.0, 4.0);
        Gradients gradients =
                a.add(b.reshape(Shape.of(2, 1)).reshape(Shape.of(2))).backward(upstream);
        GradientMath.scale(gradients.of(a), 10);
        assertThat(upstream.toArray()).containsExactly(3, 4);
        assertThat(gradients.of(a).toArray()).containsExactly(30, 40);
        assertThat(gradients.of(b).toArray()).containsExactly(3, 4);
        Gradients ofLeaf = a.backward(upstream);
        GradientMath.clipNorm(List.of(ofLeaf.of(a)), 1);
        assertThat(upstream.toArray()).containsExactly(3, 4);
    }

    /** w's gradient, x's first summand and the upstream gradient are one and the same memory. */
    @OnEveryDevice(reference = true)
    void sumsChangeNoGradientOfAnotherTensor(Device device) {
        Shape shape = Shape.of(2);
        for (boolean xFirst : new boolean[] {true, false}) {
            Tensor x = Tensor.of(device, shape, 1.0, 2.0).requiresGrad(true);
            Tensor w = Tensor.of(device, shape, 3.0, 4.0).requiresGrad(true);
            Tensor product = x.mul(w);
            Tensor sum = xFirst ? x.add(w) : w.add(x);
            Tensor upstream = Tensor.of(device, shape, 5.0, 7.0);
            Gradients gradients = (xFirst ? product.add(sum) : sum.add(product)).backward(upstream);
            assertThat(gradients.of(x).toArray()).containsExactly(5 + 5 * 3, 7 + 7 * 4);
            assertThat(gradients.of(w).toArray()).containsExactly(5 + 5, 7 + 7 * 2);
            assertThat(upstream.toArray()).containsExactly(5, 7);
        }
    }

    @OnEveryDevice(reference = true)
    void gradientOfTensorAddedToItselfLeavesUpstreamAlone(Device device) {
        Tensor x = Tensor.of(device, Shape.of(2), 1.0, 2.0).requiresGrad(true);
        Tensor upstream = Tensor.of(device, Shape.of(2), 3.0, 4.0);
        Gradients gradients = x.add(x).add(x).backward(upstream);
        assertThat(gradients.of(x).toArray()).containsExactly(9, 12);
        assertThat(upstream.toArray()).containsExactly(3, 4);
    }

    /** Two gradients of x are in memory at a time, the sum and a summand, and no third one for a new sum. */
    @Test
    void addsGradientsInPlace() {
        try (CpuDevice cpu = new CpuDevice(1)) {
            int n = 100_000;
            Tensor x = Tensor.of(cpu, Shape.of(n), new float[n]).requiresGrad(true);
            long before = cpu.allocatedBytes();
            Tensor upstream = Tensor.full(cpu, x.shape(), 1);
            long each = cpu.allocatedBytes() - before;
            try (Scope _ = Scope.open()) {
                x.relu().add(x.relu()).add(x.relu()).backward(upstream);
            }
            int forward = 3 + 2;
            int backward = 2;
            assertThat(cpu.allocatedBytes() - before - each).isEqualTo(each * (forward + backward));
        }
    }

    @Test
    void requiresGradTakesEffectAtNextForward() {
        Tensor x = Tensor.of(REFERENCE, Shape.of(1), 2.0);
        Tensor w = Tensor.of(REFERENCE, Shape.of(1), 3.0).requiresGrad(true);
        Tensor sum = x.add(w);
        x.requiresGrad(true);
        w.requiresGrad(false);
        Gradients gradients = sum.backward();
        assertThat(gradients.of(w).item()).as("required when add used it").isEqualTo(1);
        assertThat(gradients.has(x)).isFalse();
        assertThatThrownBy(() -> gradients.of(x))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("required none when add used it")
                .hasMessageContaining("requiresGrad(true)");
        Gradients later = x.mul(w).backward();
        assertThat(later.of(x).item()).isEqualTo(3);
        assertThat(later.has(w)).isFalse();
    }

    @Test
    void refusesInputsOnDifferentDevices() {
        try (CpuDevice cpu = new CpuDevice(1)) {
            Tensor a = Tensor.zeros(REFERENCE, Shape.of(2));
            Tensor b = Tensor.zeros(cpu, Shape.of(2));
            assertThatThrownBy(() -> a.add(b)).hasMessageContaining("reference").hasMessageContaining("cpu");
        }
    }

    @Test
    void stepsAfterTheSecondAllocateNothing() {
        try (CpuDevice cpu = new CpuDevice(1)) {
            Tensor weight = Tensor.of(cpu, Shape.of(1000), new float[1000]).requiresGrad(true);
            long afterTwo = 0;
            for (int step = 0; step < 10; step++) {
                try (Scope _ = Scope.open()) {
                    Tensor y = weight.relu().add(weight).relu();
                    y.backward(Tensor.full(cpu, y.shape(), 1));
                }
                if (step == 1) {
                    afterTwo = cpu.allocatedBytes();
                }
            }
            assertThat(cpu.allocatedBytes()).isEqualTo(afterTwo);
        }
    }

    @Test
    void scopeFreesAllTensorsExceptKeptOnes() {
        Tensor kept;
        Tensor lost;
        try (Scope scope = Scope.open()) {
            kept = scope.keep(Tensor.full(REFERENCE, Shape.of(2), 3));
            lost = Tensor.full(REFERENCE, Shape.of(2), 3);
        }
        assertThat(kept.toArray()).containsExactly(3, 3);
        assertThatThrownBy(lost::toArray).hasMessageContaining("scope is closed");
    }

    @Test
    void scopeWithoutGradientsBuildsNoGraph() {
        Tensor x = Tensor.zeros(REFERENCE, Shape.of(2)).requiresGrad(true);
        try (Scope _ = Scope.withoutGradients()) {
            Tensor y = x.relu();
            assertThat(y.node()).isNull();
            assertThat(y.requiresGrad()).isFalse();
        }
    }

    @Test
    void releasedTensorStaysInGraph() {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensor.of(REFERENCE, Shape.of(2), -1.0, 2.0).requiresGrad(true);
            Tensor y = x.relu();
            Tensor z = y.relu();
            y.release();
            assertThatThrownBy(y::toArray).hasMessageContaining("released");
            Gradients gradients = z.backward(Tensor.full(REFERENCE, Shape.of(2), 5));
            assertThat(gradients.of(x).toArray()).containsExactly(0, 5);
        }
    }
}
