package dev.voxgrad.engine.autograd;

import java.util.function.BiFunction;
import java.util.function.Function;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.optim.GradientMath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Runs correct and faulty operations of a user: their results are checked, and messages name the operation. */
class OpContractTest {
    private static final ReferenceDevice REFERENCE = ReferenceDevice.INSTANCE;
    private static final CpuDevice CPU = new CpuDevice(1);
    private static final Shape SHAPE = Shape.of(2);

    @AfterAll
    static void close() {
        CPU.close();
    }

    /** An operation whose result has the shape of its first input. */
    private record Foreign(Function<Tensor[], Tensor> result, BiFunction<Context, Tensor, Tensor[]> gradients)
            implements Op {
        @Override
        public String name() {
            return "foreign";
        }

        @Override
        public Shape outputShape(Shape... inputs) {
            return inputs[0];
        }

        @Override
        public Tensor forward(Context context, Tensor... inputs) {
            Tensor output = result.apply(inputs);
            context.save(inputs);
            return output;
        }

        @Override
        public Tensor[] backward(Context context, Tensor gradOutput) {
            return gradients.apply(context, gradOutput);
        }
    }

    private static Tensor leaf(double... values) {
        return Tensor.of(REFERENCE, SHAPE, values).requiresGrad(true);
    }

    private static Tensor upstream() {
        return Tensor.of(REFERENCE, SHAPE, 3.0, 4.0);
    }

    private static void assertForwardRefused(Function<Tensor[], Tensor> result, String message) {
        assertThatThrownBy(() -> Tensor.apply(new Foreign(result, null), leaf(1, 2)))
                .hasMessageStartingWith("foreign: ")
                .hasMessageContaining(message);
    }

    private static void assertBackwardRefused(BiFunction<Context, Tensor, Tensor[]> gradients, String message) {
        Tensor y = Tensor.apply(new Foreign(in -> in[0].add(in[1]), gradients), leaf(1, 2), leaf(3, 4));
        assertThatThrownBy(() -> y.backward(upstream()))
                .hasMessageStartingWith("foreign: ")
                .hasMessageContaining(message);
    }

    /** Gradient reversal: the same values forward, the negated gradient backward. */
    @Test
    void mayReturnItsInput() {
        Tensor x = leaf(1, 2);
        for (boolean inScope : new boolean[] {false, true}) {
            try (Scope _ = inScope ? Scope.open() : null) {
                Tensor y = Tensor.apply(new Foreign(in -> in[0], (_, dy) -> new Tensor[] {dy.scale(-1)}), x);
                assertThat(y).isNotSameAs(x);
                assertThat(y.toArray()).containsExactly(1, 2);
                assertThat(x.node()).isNull();
                assertThat(y.mul(y).backward(upstream()).of(x).toArray()).containsExactly(-6, -16);
                y.release();
                assertThat(x.toArray()).as("the input's own handle").containsExactly(1, 2);
                assertThat(x.relu().backward(upstream()).of(x).toArray())
                        .as("without the operation")
                        .containsExactly(3, 4);
            }
        }
    }

    @Test
    void mayReturnTensorThatItKeeps() {
        Tensor constant = Tensor.of(REFERENCE, SHAPE, 5.0, 6.0);
        Op op = new Foreign(_ -> constant, (_, dy) -> new Tensor[] {dy.scale(2)});
        Tensor x = leaf(1, 2);
        Tensor z = leaf(1, 2);
        try (Scope _ = Scope.open()) {
            Tensor first = Tensor.apply(op, x);
            Tensor second = Tensor.apply(op, z);
            assertThat(constant.node()).isNull();
            Gradients gradients = first.add(second).backward(upstream());
            assertThat(gradients.of(x).toArray()).containsExactly(6, 8);
            assertThat(gradients.of(z).toArray()).containsExactly(6, 8);
            first.release();
            second.release();
        }
        assertThat(constant.toArray()).containsExactly(5, 6);
    }

    /** The gradient it received, the same tensor twice, a saved tensor: each gradient gets its own handle. */
    @Test
    void mayReturnGradientsItDoesNotOwn() {
        Tensor a = leaf(1, 2);
        Tensor b = leaf(3, 4);
        try (Scope _ = Scope.open()) {
            Gradients same = Tensor.apply(
                            new Foreign(in -> in[0].add(in[1]), (_, dy) -> new Tensor[] {dy, dy}), a.relu(), b.relu())
                    .backward(upstream());
            assertThat(same.of(a).toArray()).containsExactly(3, 4);
            assertThat(same.of(b).toArray()).containsExactly(3, 4);
            Gradients saved = Tensor.apply(
                            new Foreign(in -> in[0].add(in[1]), (context, _) ->
                                    new Tensor[] {context.saved(1), context.saved(0)}),
                            a,
                            b)
                    .backward(upstream());
            GradientMath.scale(saved.of(a), 100);
            assertThat(saved.of(a).toArray()).containsExactly(300, 400);
            assertThat(saved.of(b).toArray()).containsExactly(1, 2);
            assertThat(b.toArray()).as("was not scaled with the gradient").containsExactly(3, 4);
        }
    }

    @Test
    void refusesResultsThatBreakTheContract() {
        assertForwardRefused(_ -> null, "forward returned null");
        assertForwardRefused(_ -> Tensor.zeros(REFERENCE, Shape.of(3)), "another shape than its outputShape");
        assertForwardRefused(_ -> Tensor.zeros(CPU, SHAPE), "device cpu");
        assertForwardRefused(
                in -> {
                    Tensor y = in[0].relu();
                    y.release();
                    return y;
                },
                "released already");
        assertThatThrownBy(() -> Tensor.apply(new Foreign(_ -> Tensor.zeros(REFERENCE, Shape.of(3)), null), leaf(1, 2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[3]")
                .hasMessageContaining("[2]");
    }

    @Test
    void refusesGradientsThatBreakTheContract() {
        assertBackwardRefused((_, dy) -> new Tensor[] {dy.detach()}, "returned 1 gradient, expected one for each");
        assertBackwardRefused((_, dy) -> new Tensor[] {dy.detach(), dy.detach(), dy.detach()}, "3 gradients");
        assertBackwardRefused((_, _) -> null, "returned null, expected one for each of its 2 inputs");
        assertBackwardRefused((_, dy) -> new Tensor[] {dy.detach(), null}, "null for input 1 [2]");
        assertBackwardRefused(
                (_, dy) -> new Tensor[] {Tensor.zeros(REFERENCE, Shape.of(1)), dy.detach()},
                "another shape than input 0");
        assertBackwardRefused((_, dy) -> new Tensor[] {dy.detach(), Tensor.zeros(CPU, SHAPE)}, "on device cpu");
        assertBackwardRefused((context, _) -> new Tensor[] {context.saved(2), null}, "saved tensor 2");
    }

    @Test
    void mayOmitGradientsNotRequired() {
        Tensor x = leaf(1, 2);
        Tensor constant = Tensor.zeros(REFERENCE, SHAPE);
        Tensor y = Tensor.apply(
                new Foreign(in -> in[0].add(in[1]), (_, dy) -> new Tensor[] {dy.scale(1), null}), x, constant);
        assertThat(y.backward(upstream()).of(x).toArray()).containsExactly(3, 4);
    }

    @Test
    void zerosPassNoGradientOn() {
        Tensor x = leaf(1, 2);
        Tensor y = Tensor.apply(new Foreign(in -> in[0].detach(), (_, dy) -> new Tensor[] {dy.scale(0)}), x.relu());
        assertThat(y.backward(upstream()).of(x).toArray()).containsExactly(0, 0);
    }

    @Test
    void refusesInputsBeforeOperationRuns() {
        Op op = new Foreign(in -> in[0].relu(), null);
        assertThatThrownBy(() -> Tensor.apply(op))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("foreign: no inputs, expected at least one");
        assertThatThrownBy(() -> Tensor.apply(op, leaf(1, 2), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("foreign: input 1 is null");
    }

    @Test
    void shareKeepsMemoryAndGraph() {
        try (Scope _ = Scope.open()) {
            Tensor x = leaf(1, 2);
            Tensor y = x.mul(x);
            Tensor handle = y.share();
            y.release();
            assertThat(handle.toArray()).containsExactly(1, 4);
            assertThat(handle.backward(upstream()).of(x).toArray()).containsExactly(6, 16);
        }
    }
}
