package dev.voxgrad.nn.optim;

import java.util.List;

import dev.voxgrad.engine.Tensor;
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
    public void update(Tensor parameter, Tensor gradient, List<Tensor> state, long step, double rate) {
        new AdamUpdate(rate, beta1, beta2, epsilon, weightDecay, true, step)
                .apply(parameter, gradient, state.get(0), state.get(1));
    }
}
