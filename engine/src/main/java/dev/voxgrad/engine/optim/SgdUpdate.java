package dev.voxgrad.engine.optim;

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

    /**
     * Updates {@code parameter} and {@code velocity} (b) in place.
     *
     * @param velocity null where the momentum is 0
     * @throws dev.voxgrad.engine.ShapeException if they differ in shape
     */
    public void apply(Tensor parameter, Tensor gradient, Tensor velocity) {
        SameForm.require("sgd", parameter, "gradient", gradient);
        SgdKernels kernels = SgdKernels.on(parameter.device());
        if (momentum == 0) {
            kernels.plain(parameter, gradient, this);
        } else {
            SameForm.require("sgd", parameter, "velocity", velocity);
            kernels.withMomentum(parameter, gradient, velocity, this);
        }
    }

    @Override
    public void apply(UpdateSlot slot) {
        apply(slot.parameter(), slot.gradient(), slot.state().isEmpty() ? null : slot.state().getFirst());
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
