package dev.voxgrad.engine.optim;

import java.util.List;

import dev.voxgrad.engine.Tensor;

/**
 * One step of stochastic gradient descent for one parameter, fused: each number is read and written once.
 *
 * <pre>
 * g = g + λ·p
 * b = μ·b + g                  (b is 0 before the first step; left out where μ is 0)
 * p = p − η·b                  or, with Nesterov's look-ahead, p = p − η·(g + μ·b)
 * </pre>
 *
 * <p>As PyTorch's SGD with dampening 0. Source: Sutskever, Martens, Dahl, Hinton, "On the importance of
 * initialization and momentum in deep learning", 2013, in the form where η stands outside the velocity.
 *
 * @param learningRate η
 * @param momentum μ
 * @param weightDecay λ, an L2 penalty
 * @param nesterov whether to look ahead
 */
public record SgdUpdate(double learningRate, double momentum, double weightDecay, boolean nesterov)
        implements TensorUpdate {
    /** Floats of {@code struct SgdStep} in optim.cu. */
    static final int NUMBERS = 5;

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
     * @param velocity left alone, and may be null, where the momentum is 0
     * @throws dev.voxgrad.engine.ShapeException if they differ in shape
     */
    public void apply(Tensor parameter, Tensor gradient, Tensor velocity) {
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

    /** b, where there is a momentum. */
    @Override
    public List<String> stateNames() {
        return momentum == 0 ? List.of() : STATE;
    }

    /** The fields of {@code struct SgdStep}. */
    void copyTo(float[] numbers, int at) {
        numbers[at] = (float) learningRate;
        numbers[at + 1] = (float) momentum;
        numbers[at + 2] = (float) weightDecay;
        numbers[at + 3] = nesterov ? 1 : 0;
        numbers[at + 4] = momentum == 0 ? 0 : 1;
    }
}
