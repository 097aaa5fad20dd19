package dev.voxgrad.nn.optim;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.optim.TensorUpdate;
import dev.voxgrad.engine.optim.UpdateSlot;
import dev.voxgrad.nn.Counter;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.StateDict;

/**
 * Moves parameters along their gradients by an {@link UpdateRule}, and keeps what the rule remembers from step to
 * step.
 *
 * <pre>{@code
 * Optimizer optimizer = new Optimizer(new AdamW(1e-3, 5e-4), net.parameters());
 * try (Scope _ = Scope.open()) {
 *     optimizer.step(net.forward(x).crossEntropy(labels).backward());
 * }
 * }</pre>
 *
 * <p>Made outside of a scope, since its state must outlive the steps.
 */
public final class Optimizer {
    private final UpdateRule rule;
    private final List<Slot> slots = new ArrayList<>();
    private double rate;

    /** A parameter with its name, its count of steps, and the rule's tensors for it. */
    private record Slot(String name, TiedParameter parameter, Counter steps, List<Tensor> state) {}

    /**
     * For these parameters by name, such as {@link dev.voxgrad.nn.Layer#parameters}. A parameter that is there under
     * several names, as a tied weight may be, is one parameter under the first of them: it is moved once in a step.
     */
    public Optimizer(UpdateRule rule, Map<String, Tensor> parameters) {
        this.rule = rule;
        Map<Tensor, String> names = new IdentityHashMap<>();
        parameters.forEach((name, parameter) -> names.putIfAbsent(parameter, name));
        for (TiedParameter parameter : TiedParameter.group(parameters.values())) {
            List<Tensor> state = new ArrayList<>();
            for (int i = 0; i < rule.stateNames().size(); i++) {
                state.add(Tensor.zeros(
                        parameter.first().device(), parameter.first().shape()));
            }
            slots.add(new Slot(names.get(parameter.first()), parameter, new Counter(), state));
        }
    }

    public UpdateRule rule() {
        return rule;
    }

    /** One step at the rule's own learning rate. */
    public void step(Gradients gradients) {
        step(gradients, rule.learningRate());
    }

    /**
     * One step at the given learning rate, as a {@link LearningRateSchedule} wants it. A parameter without a
     * gradient is left as it is and its steps are not counted, as in PyTorch.
     *
     * @throws IllegalArgumentException if the learning rate is NaN, infinite or negative, or if not one of the
     *     parameters has a gradient
     */
    public void step(Gradients gradients, double learningRate) {
        setLearningRate(learningRate);
        List<Slot> moved = slots.stream()
                .filter(slot -> slot.parameter.hasGradient(gradients))
                .toList();
        if (moved.isEmpty()) {
            throw new IllegalArgumentException("optimizer: none of its " + slots.size()
                    + " parameters has a gradient; do the gradients belong to another net?");
        }
        moved.getFirst().parameter.first().device().hostEffect(() -> moved.forEach(slot -> slot.steps.increment()));
        TensorUpdate.applyAll(
                moved.stream()
                        .map(s -> new UpdateSlot(s.parameter.first(), s.parameter.gradient(gradients), s.state))
                        .toList(),
                i -> rule.update(moved.get(i).steps.value(), rate));
    }

    /**
     * Sets the learning rate of the steps to come, where a device replays a recorded one and {@code step} isn't called.
     *
     * @throws IllegalArgumentException if it is NaN, infinite or negative
     */
    public void setLearningRate(double learningRate) {
        UpdateRule.requireBelow("learning rate", learningRate, Double.POSITIVE_INFINITY);
        rate = learningRate;
    }

    /** A copy of all that a later run needs to go on: {@code layer1.0.weight.step}, {@code ….exp_avg}, … */
    public SequencedMap<String, NamedTensor> state() {
        return stateDict().read();
    }

    /**
     * Takes over what {@link #state} gave.
     *
     * @throws dev.voxgrad.nn.StateMismatchException if it is of other parameters or another rule; nothing is changed
     *     then
     */
    public void loadState(Map<String, NamedTensor> state) {
        stateDict().write(state);
    }

    private StateDict stateDict() {
        StateDict all = new StateDict();
        for (Slot slot : slots) {
            all.add(slot.name + ".step", slot.steps);
            for (int i = 0; i < slot.state.size(); i++) {
                all.add(slot.name + "." + rule.stateNames().get(i), slot.state.get(i));
            }
        }
        return all;
    }
}
