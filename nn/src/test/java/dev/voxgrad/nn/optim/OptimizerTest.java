package dev.voxgrad.nn.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.StateMismatchException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class OptimizerTest {
    private static final ReferenceDevice REFERENCE = ReferenceDevice.INSTANCE;
    private static final List<UpdateRule> RULES =
            List.of(new SGD(0.1, 0, 0), new SGD(0.1, 0.9, 0.01, true), new Adam(0.1, 0.01), new AdamW(0.1, 0.01));

    private static SequencedMap<String, Tensor> parameters() {
        SequencedMap<String, Tensor> parameters = new LinkedHashMap<>();
        parameters.put("a", Tensor.of(REFERENCE, Shape.of(2), 1.0, -2.0).requiresGrad(true));
        parameters.put("b", Tensor.of(REFERENCE, Shape.of(2), 0.5, 3.0).requiresGrad(true));
        return parameters;
    }

    /** Returns the gradients of Σ uᵢ·max(aᵢ + bᵢ, 0), with an upstream gradient u that changes from step to step. */
    private static void step(Optimizer optimizer, Map<String, Tensor> parameters, int number) {
        try (Scope _ = Scope.open()) {
            Tensor y = parameters.get("a").add(parameters.get("b")).relu();
            optimizer.step(y.backward(Tensor.of(REFERENCE, Shape.of(2), 1.0 + number, -0.5 * number)));
        }
    }

    @Test
    void resumesFromALoadedState() {
        for (UpdateRule rule : RULES) {
            SequencedMap<String, Tensor> straight = parameters();
            Optimizer optimizer = new Optimizer(rule, straight);
            SequencedMap<String, Tensor> resumed = parameters();
            Optimizer second = null;
            for (int number = 0; number < 6; number++) {
                if (number == 3) {
                    second = new Optimizer(rule, resumed);
                    second.loadState(rounded(optimizer.state(), optimizer));
                    copy(straight, resumed);
                }
                step(optimizer, straight, number);
                if (second != null) {
                    step(second, resumed, number);
                }
            }
            assertThat(resumed.get("a").toDoubleArray())
                    .containsExactly(straight.get("a").toDoubleArray());
            assertThat(resumed.get("b").toDoubleArray())
                    .containsExactly(straight.get("b").toDoubleArray());
            assertThat(second.state()).isEqualTo(optimizer.state());
        }
    }

    /** The saved state is float32, but the reference computes in double: both continue from the rounded values. */
    private static Map<String, NamedTensor> rounded(Map<String, NamedTensor> state, Optimizer optimizer) {
        optimizer.loadState(state);
        return state;
    }

    private static void copy(Map<String, Tensor> from, Map<String, Tensor> to) {
        from.forEach((name, tensor) ->
                REFERENCE.write(tensor.toDoubleArray(), to.get(name).storage()));
    }

    @Test
    void stateHasPyTorchNames() {
        SequencedMap<String, Tensor> parameters = parameters();
        Optimizer optimizer = new Optimizer(new AdamW(0.1, 0), parameters);
        step(optimizer, parameters, 0);
        assertThat(optimizer.state())
                .containsOnlyKeys("a.step", "a.exp_avg", "a.exp_avg_sq", "b.step", "b.exp_avg", "b.exp_avg_sq");
        assertThat(optimizer.state().get("a.step")).isEqualTo(new NamedTensor.Longs("a.step", 1));
        assertThatThrownBy(() -> new Optimizer(new SGD(0.1, 0.9, 0), parameters).loadState(optimizer.state()))
                .isInstanceOf(StateMismatchException.class)
                .hasMessageContaining("a.momentum_buffer");
    }

    @Test
    void stepsLearningRateReplacesTheRules() {
        SequencedMap<String, Tensor> parameters = parameters();
        Optimizer optimizer = new Optimizer(new SGD(0.1, 0, 0), parameters);
        Tensor y = parameters.get("a").add(parameters.get("b")).relu();
        optimizer.step(y.backward(Tensor.of(REFERENCE, Shape.of(2), 1.0, 1.0)), 0.5);
        assertThat(parameters.get("a").toDoubleArray()).containsExactly(0.5, -2.5);
    }

    @Test
    void keepsParametersWithoutGradient() {
        SequencedMap<String, Tensor> parameters = parameters();
        Optimizer optimizer = new Optimizer(new AdamW(0.1, 0.5), parameters);
        Gradients gradients = parameters.get("a").relu().backward(Tensor.of(REFERENCE, Shape.of(2), 1.0, 1.0));
        optimizer.step(gradients);
        assertThat(parameters.get("b").toDoubleArray()).containsExactly(0.5, 3);
        assertThat(optimizer.state().get("b.step")).isEqualTo(new NamedTensor.Longs("b.step", 0));
        Optimizer other = new Optimizer(new SGD(0.1, 0, 0), parameters());
        assertThatThrownBy(() -> other.step(gradients)).hasMessageContaining("none of its 2 parameters");
    }

    @Test
    void refusesInvalidSettings() {
        assertThatThrownBy(() -> new AdamW(-1, 0)).hasMessageContaining("learning rate is -1.0");
        assertThatThrownBy(() -> new AdamW(Double.NaN, 0)).hasMessageContaining("learning rate is NaN");
        assertThatThrownBy(() -> new Adam(0.1, 0.9, 1, 1e-8, 0)).hasMessageContaining("beta2 is 1.0");
        assertThatThrownBy(() -> new SGD(0.1, 0, -0.1)).hasMessageContaining("weight decay");
        assertThatThrownBy(() -> new SGD(0.1, 0, 0, true)).hasMessageContaining("momentum");
    }

    @Test
    void clippingByNormScalesAllGradientsEqually() {
        SequencedMap<String, Tensor> parameters = parameters();
        Tensor y = parameters.get("a").relu().add(parameters.get("b"));
        Gradients gradients = y.backward(Tensor.of(REFERENCE, Shape.of(2), 3.0, 4.0));
        // a: (3, 0), b: (3, 4)
        double norm = GradientClipping.clipNorm(gradients, parameters.values(), 2);
        assertThat(norm).isCloseTo(Math.sqrt(9 + 9 + 16), within(1e-12));
        double factor = 2 / (norm + 1e-6);
        assertThat(gradients.of(parameters.get("a")).toDoubleArray()).containsExactly(3 * factor, 0);
        assertThat(gradients.of(parameters.get("b")).toDoubleArray()).containsExactly(3 * factor, 4 * factor);
        assertThat(GradientClipping.clipNorm(gradients, parameters.values(), 2.1))
                .isCloseTo(2, within(1e-6));
        assertThat(gradients.of(parameters.get("a")).toDoubleArray()).containsExactly(3 * factor, 0);
    }

    /** The two gradients of a sum share their memory. */
    @Test
    void changesGradientsThatShareMemoryOnce() {
        SequencedMap<String, Tensor> parameters = parameters();
        Tensor y = parameters.get("a").add(parameters.get("b"));
        Gradients gradients = y.backward(Tensor.of(REFERENCE, Shape.of(2), 3.0, 4.0));
        double norm = GradientClipping.clipNorm(gradients, parameters.values(), 1);
        assertThat(norm).isCloseTo(Math.sqrt(50), within(1e-12));
        assertThat(gradients.of(parameters.get("b")).toDoubleArray()[1]).isCloseTo(4 / norm, within(1e-6));
        GradientClipping.clipValue(gradients, parameters.values(), 0.1);
        assertThat(gradients.of(parameters.get("a")).toDoubleArray()).containsExactly(0.1, 0.1);
    }

    @Test
    void schedulesFollowPyTorch() {
        assertThat(new LearningRateSchedule.Constant(0.3).at(7)).isEqualTo(0.3);
        LearningRateSchedule steps = new LearningRateSchedule.MultiStep(1, List.of(50, 75), 0.1);
        assertThat(steps.at(49)).isEqualTo(1);
        assertThat(steps.at(50)).isCloseTo(0.1, within(1e-15));
        assertThat(steps.at(75)).isCloseTo(0.01, within(1e-15));
        LearningRateSchedule warm =
                new LearningRateSchedule.WarmUp(3, new LearningRateSchedule.MultiStep(8, List.of(2), 0.5));
        assertThat(new double[] {warm.at(0), warm.at(1), warm.at(2), warm.at(3), warm.at(4), warm.at(5)})
                .containsExactly(2, 4, 6, 8, 8, 4);
        LearningRateSchedule cosine = new LearningRateSchedule.CosineAnnealing(1, 10, 0.2);
        assertThat(cosine.at(0)).isEqualTo(1);
        assertThat(cosine.at(5)).isCloseTo(0.6, within(1e-15));
        assertThat(cosine.at(10)).isCloseTo(0.2, within(1e-15));
        // CosineAnnealingLR(T_max=10, eta_min=0.2) after 3 epochs.
        assertThat(cosine.at(3)).isCloseTo(0.8351141009169893, within(1e-15));
    }
}
