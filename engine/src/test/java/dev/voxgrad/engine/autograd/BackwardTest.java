package dev.voxgrad.engine.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.testing.GradientCheck;

class BackwardTest {
    private static final ReferenceDevice REFERENCE = ReferenceDevice.INSTANCE;

    @Test
    void sumsTheGradientsOfATensorThatIsUsedSeveralTimes() {
        int compared = GradientCheck.check(
                in -> in[0].add(in[0]).relu().add(in[1]).add(in[0]), Shape.of(5), Shape.of(5));
        assertThat(compared).isEqualTo(10);
    }

    @Test
    void aGraphAHundredThousandNodesDeepNeedsNoStack() {
        Tensor x = Tensor.of(REFERENCE, Shape.of(1), 1.5).requiresGrad(true);
        Tensor y = x;
        for (int i = 0; i < 100_000; i++) {
            y = y.relu();
        }
        assertThat(y.backward().of(x).item()).isEqualTo(1);
    }

    @Test
    void aDiamondIsVisitedOnce() {
        Tensor x = Tensor.of(REFERENCE, Shape.of(1), 1.0).requiresGrad(true);
        Tensor y = x;
        for (int i = 0; i < 40; i++) {
            y = y.add(y);
        }
        assertThat(y.backward().of(x).item()).isEqualTo(Math.pow(2, 40));
    }

    @Test
    void aSecondRunIsRefusedAndSaysWhy() {
        Tensor x = Tensor.of(REFERENCE, Shape.of(1), 1.0).requiresGrad(true);
        Tensor y = x.relu();
        y.backward();
        assertThatThrownBy(y::backward)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("already run through relu")
                .hasMessageContaining("run the forward again");
    }

    @Test
    void misuseIsNamed() {
        Tensor x = Tensor.zeros(REFERENCE, Shape.of(2));
        assertThatThrownBy(x::backward).isInstanceOf(ShapeException.class).hasMessageContaining("scalar");
        Tensor scalar = Tensor.zeros(REFERENCE, Shape.of());
        assertThatThrownBy(scalar::backward).hasMessageContaining("requires a gradient");
        Tensor y = Tensor.zeros(REFERENCE, Shape.of(2)).requiresGrad(true).relu();
        assertThatThrownBy(() -> y.backward(Tensor.zeros(REFERENCE, Shape.of(3)))).hasMessageContaining("[3]");
        assertThatThrownBy(() -> y.requiresGrad(false)).hasMessageContaining("relu");
        Gradients gradients = y.backward(Tensor.zeros(REFERENCE, Shape.of(2)));
        assertThatThrownBy(() -> gradients.of(x)).hasMessageContaining("no gradient");
    }

    /** An operation of a user's own that passes no gradient on. */
    private record Blocked() implements Op {
        @Override
        public String name() {
            return "blocked";
        }

        @Override
        public Shape outputShape(Shape... inputs) {
            return inputs[0];
        }

        @Override
        public Tensor forward(Context context, Tensor... inputs) {
            return inputs[0].detach();
        }

        @Override
        public Tensor[] backward(Context context, Tensor gradOutput) {
            return new Tensor[] {null};
        }
    }

    @Test
    void anOperationMayPassNoGradientOn() {
        Tensor x = Tensor.of(REFERENCE, Shape.of(1), 2.0).requiresGrad(true);
        Tensor y = Tensor.of(REFERENCE, Shape.of(1), 3.0).requiresGrad(true);
        Gradients gradients = Tensor.apply(new Blocked(), x.relu()).add(y).backward();
        assertThat(gradients.has(x)).isFalse();
        assertThat(gradients.of(y).item()).isEqualTo(1);
    }

    @Test
    void anOperationNeedsAnInput() {
        assertThatThrownBy(() -> Tensor.apply(new MadeOfNothing())).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("madeOfNothing: no inputs, expected at least one");
    }

    private record MadeOfNothing() implements Op {
        @Override
        public String name() {
            return "madeOfNothing";
        }

        @Override
        public Shape outputShape(Shape... inputs) {
            return Shape.of();
        }

        @Override
        public Tensor forward(Context context, Tensor... inputs) {
            return Tensor.zeros(REFERENCE, Shape.of());
        }

        @Override
        public Tensor[] backward(Context context, Tensor gradOutput) {
            return new Tensor[0];
        }
    }

    @Test
    void tensorsOnTwoDevicesDoNotMix() {
        try (CpuDevice cpu = new CpuDevice(1)) {
            Tensor a = Tensor.zeros(REFERENCE, Shape.of(2));
            Tensor b = Tensor.zeros(cpu, Shape.of(2));
            assertThatThrownBy(() -> a.add(b)).hasMessageContaining("reference").hasMessageContaining("cpu");
        }
    }

    @Test
    void stepsAfterTheSecondTakeNoNewMemory() {
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
    void aScopeEndsItsTensorsButNotTheKeptOnes() {
        Tensor kept;
        Tensor lost;
        try (Scope scope = Scope.open()) {
            kept = scope.keep(Tensor.full(REFERENCE, Shape.of(2), 3));
            lost = Tensor.full(REFERENCE, Shape.of(2), 3);
            assertThatThrownBy(Scope::open).hasMessageContaining("do not nest");
        }
        assertThat(kept.toArray()).containsExactly(3, 3);
        assertThatThrownBy(lost::toArray).hasMessageContaining("scope is closed");
    }

    @Test
    void aScopeWithoutGradientsRecordsNothing() {
        Tensor x = Tensor.zeros(REFERENCE, Shape.of(2)).requiresGrad(true);
        try (Scope _ = Scope.withoutGradients()) {
            Tensor y = x.relu();
            assertThat(y.node()).isNull();
            assertThat(y.requiresGrad()).isFalse();
        }
    }

    @Test
    void aReleasedTensorStaysInTheGraph() {
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
