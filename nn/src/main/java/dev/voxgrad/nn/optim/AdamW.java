package dev.voxgrad.nn.optim;

import java.util.List;

import dev.voxgrad.engine.optim.AdamUpdate;

/**
 * Adam with decoupled weight decay, like PyTorch's AdamW; {@link AdamUpdate} states the formula.
 *
 * @param learningRate η
 * @param beta1 β₁, the decay rate of the mean of the gradients
 * @param beta2 β₂, the decay rate of the mean of their squares
 * @param eps ε, added to the denominator
 * @param weightDecay λ
 */
public record AdamW(double learningRate, double beta1, double beta2, double eps, double weightDecay)
        implements UpdateRule {
    public AdamW {
        Adam.requireSettings(learningRate, beta1, beta2, eps, weightDecay);
    }

    /** Creates AdamW with the usual β₁ = 0.9, β₂ = 0.999, ε = 1e-8. */
    public AdamW(double learningRate, double weightDecay) {
        this(learningRate, Adam.BETA1, Adam.BETA2, Adam.EPS, weightDecay);
    }

    @Override
    public List<String> stateNames() {
        return Adam.STATE_NAMES;
    }

    @Override
    public AdamUpdate update(long step, double rate) {
        return new AdamUpdate(rate, beta1, beta2, eps, weightDecay, true, step);
    }
}
