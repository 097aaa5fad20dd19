package dev.voxgrad.nn.optim;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.optim.TensorUpdate;
import dev.voxgrad.engine.optim.UpdateSlot;
import dev.voxgrad.nn.Counter;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.StateDict;

/**
 * Updates parameters from their gradients by an {@link UpdateRule}, and keeps the rule's state from step to step.
 *
 * <pre>{@code
 * Optimizer optimizer = new Optimizer(new AdamW(1e-3, 5e-4), net.parameters());
 * try (Scope _ = Scope.open()) {
 *     optimizer.step(net.forward(x).crossEntropy(labels).backward());
 * }
 * }</pre>
 *
 * <p>Create it outside any scope, because its state must outlive the steps.
 */
public final class Optimizer {
    private final UpdateRule rule;
    private final List<Slot> slots = new ArrayList<>();
    private double rate;

    /** Holds a parameter with its name, its count of steps, and the rule's tensors for it. */
    private record Slot(String name, TiedParameter parameter, Counter steps, List<Tensor> state) {}

    /**
     * Creates an optimizer for parameters by name, such as {@link dev.voxgrad.nn.Layer#parameters}. A parameter with
     * several names, as a tied weight may have, is one parameter under the first of them: a step updates it once.
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
            slots.add(new Slot(Objects.requireNonNull(names.get(parameter.first())), parameter, new Counter(), state));
        }
    }

    /** Returns the rule that updates the parameters. */
    public UpdateRule rule() {
        return rule;
    }

    /** Performs one step at the rule's own learning rate. */
    public void step(Gradients gradients) {
        step(gradients, rule.learningRate());
    }

    /**
     * Performs one step at the given learning rate, such as that of a {@link LearningRateSchedule}. A parameter without
     * a gradient is not changed and its steps are not counted, as in PyTorch.
     *
     * @throws IllegalArgumentException if the learning rate is NaN, infinite or negative, or if none of the parameters
     *     has a gradient
     */
    public void step(Gradients gradients, double learningRate) {
        setLearningRate(learningRate);
        List<Slot> updated = slots.stream()
                .filter(slot -> slot.parameter.hasGradient(gradients))
                .toList();
        if (updated.isEmpty()) {
            throw new IllegalArgumentException("optimizer: none of its " + slots.size()
                    + " parameters has a gradient; do the gradients belong to another net?");
        }
        updated.getFirst().parameter.first().device().hostEffect(() -> updated.forEach(slot -> slot.steps.increment()));
        TensorUpdate.applyAll(
                updated.stream()
                        .map(s -> new UpdateSlot(s.parameter.first(), s.parameter.gradient(gradients), s.state))
                        .toList(),
                i -> rule.update(updated.get(i).steps.value(), rate));
    }

    /**
     * Sets the learning rate of the following steps, for a device that replays a captured step instead of calling
     * {@code step}.
     *
     * @throws IllegalArgumentException if it is NaN, infinite or negative
     */
    public void setLearningRate(double learningRate) {
        UpdateRule.requireBelow("learning rate", learningRate, Double.POSITIVE_INFINITY);
        rate = learningRate;
    }

    /**
     * Returns a copy of the state that a later run needs to resume: {@code layer1.0.weight.step}, {@code ….exp_avg}, …
     */
    public SequencedMap<String, NamedTensor> state() {
        return stateDict().read();
    }

    /**
     * Restores what {@link #state} returned.
     *
     * @throws dev.voxgrad.nn.StateMismatchException if it belongs to other parameters or to another rule; then nothing
     *     is changed
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
