package dev.voxgrad.nn.optim;

import java.util.List;

import dev.voxgrad.engine.optim.AdamUpdate;

/** Adam with decoupled weight decay, as PyTorch's AdamW; the formula is at {@link AdamUpdate}. */
public record AdamW(double learningRate, double beta1, double beta2, double epsilon, double weightDecay)
        implements UpdateRule {
    public AdamW {
        Adam.requireSettings(learningRate, beta1, beta2, epsilon, weightDecay);
    }

    /** With the usual β₁ = 0.9, β₂ = 0.999, ε = 1e-8. */
    public AdamW(double learningRate, double weightDecay) {
        this(learningRate, Adam.BETA1, Adam.BETA2, Adam.EPSILON, weightDecay);
    }

    @Override
    public List<String> stateNames() {
        return Adam.STATE_NAMES;
    }

    @Override
    public AdamUpdate update(long step, double rate) {
        return new AdamUpdate(rate, beta1, beta2, epsilon, weightDecay, true, step);
    }
}
