package dev.voxgrad.engine.optim;

import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;

/**
 * Performs one step of stochastic gradient descent for one parameter, fused: each value is read and written once.
 *
 * <pre>
 * g = g + λ·p
 * b = μ·b + g                  (b is 0 before the first step; omitted if μ is 0)
 * p = p − η·b                  or, with Nesterov's look-ahead, p = p − η·(g + μ·b)
 * </pre>
 *
 * <p>Like PyTorch's SGD with dampening 0. Source: Sutskever, Martens, Dahl, Hinton, "On the importance of
 * initialization and momentum in deep learning", 2013, in the form that keeps η outside the velocity.
 *
 * @param learningRate η
 * @param momentum μ
 * @param weightDecay λ, an L2 penalty
 * @param nesterov whether to use Nesterov's look-ahead
 */
public record SgdUpdate(double learningRate, double momentum, double weightDecay, boolean nesterov)
        implements TensorUpdate {

    private static final List<String> STATE = List.of("velocity");

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if one is NaN, infinite or negative
     */
    public SgdUpdate {
        Settings.requireFinite("sgd", "learning rate", learningRate);
        Settings.requireFinite("sgd", "momentum", momentum);
        Settings.requireFinite("sgd", "weight decay", weightDecay);
    }

    /**
     * Updates {@code parameter} and {@code velocity} (b) in place.
     *
     * @param velocity not used, and may be null, if the momentum is 0
     * @throws dev.voxgrad.engine.ShapeException if they differ in shape
     */
    public void apply(Tensor parameter, Tensor gradient, @Nullable Tensor velocity) {
        List<Tensor> state = momentum == 0 || velocity == null ? List.of() : List.of(velocity);
        apply(new UpdateSlot(parameter, gradient, state));
    }

    @Override
    public void apply(UpdateSlot slot) {
        slot.requireFor(this);
        SgdKernels kernels = SgdKernels.on(slot.parameter().device());
        if (momentum == 0) {
            kernels.plain(slot.parameter(), slot.gradient(), this);
        } else {
            kernels.withMomentum(slot.parameter(), slot.gradient(), slot.state().getFirst(), this);
        }
        slot.countChange();
    }

    @Override
    public String name() {
        return "sgd";
    }

    /** Returns the name of b, if the momentum is not 0. */
    @Override
    public List<String> stateNames() {
        return momentum == 0 ? List.of() : STATE;
    }

    @Override
    public String kernel() {
        return "sgd";
    }

    @Override
    public int valueCount() {
        return 5;
    }

    /** Writes the fields of {@code struct SgdStep}. */
    @Override
    public void copyValues(float[] to, int at) {
        to[at] = (float) learningRate;
        to[at + 1] = (float) momentum;
        to[at + 2] = (float) weightDecay;
        to[at + 3] = nesterov ? 1 : 0;
        to[at + 4] = momentum == 0 ? 0 : 1;
    }
}
