package dev.voxgrad.nn.optim;

import java.util.List;

import dev.voxgrad.engine.optim.AdamUpdate;

/**
 * Adam with an L2 penalty in the gradient, like PyTorch's Adam; {@link AdamUpdate} states the formula.
 *
 * @param learningRate η
 * @param beta1 β₁, the decay rate of the mean of the gradients
 * @param beta2 β₂, the decay rate of the mean of their squares
 * @param eps ε, added to the denominator
 * @param weightDecay λ
 */
public record Adam(double learningRate, double beta1, double beta2, double eps, double weightDecay)
        implements UpdateRule {
    static final double BETA1 = 0.9;
    static final double BETA2 = 0.999;
    static final double EPS = 1e-8;
    static final List<String> STATE_NAMES = List.of("exp_avg", "exp_avg_sq");

    public Adam {
        requireSettings(learningRate, beta1, beta2, eps, weightDecay);
    }

    /** Creates Adam with the usual β₁ = 0.9, β₂ = 0.999, ε = 1e-8. */
    public Adam(double learningRate, double weightDecay) {
        this(learningRate, BETA1, BETA2, EPS, weightDecay);
    }

    @Override
    public List<String> stateNames() {
        return STATE_NAMES;
    }

    @Override
    public AdamUpdate update(long step, double rate) {
        return new AdamUpdate(rate, beta1, beta2, eps, weightDecay, false, step);
    }

    static void requireSettings(double learningRate, double beta1, double beta2, double eps, double weightDecay) {
        UpdateRule.requireBelow("learning rate", learningRate, Double.POSITIVE_INFINITY);
        UpdateRule.requireBelow("beta1", beta1, 1);
        UpdateRule.requireBelow("beta2", beta2, 1);
        UpdateRule.requireBelow("eps", eps, Double.POSITIVE_INFINITY);
        UpdateRule.requireBelow("weight decay", weightDecay, Double.POSITIVE_INFINITY);
    }
}
