package dev.voxgrad.nn.optim;

import java.util.List;

import dev.voxgrad.engine.optim.SgdUpdate;

/**
 * Stochastic gradient descent with momentum and an L2 penalty, like PyTorch's SGD with dampening 0; {@link SgdUpdate}
 * states the formula.
 *
 * @param learningRate η
 * @param momentum μ
 * @param weightDecay λ
 * @param nesterov whether to use Nesterov's look-ahead, which needs a momentum above 0
 */
public record SGD(double learningRate, double momentum, double weightDecay, boolean nesterov) implements UpdateRule {
    public SGD {
        UpdateRule.requireBelow("learning rate", learningRate, Double.POSITIVE_INFINITY);
        UpdateRule.requireBelow("momentum", momentum, Double.POSITIVE_INFINITY);
        UpdateRule.requireBelow("weight decay", weightDecay, Double.POSITIVE_INFINITY);
        if (nesterov && momentum == 0) {
            throw new IllegalArgumentException("optimizer: Nesterov's look-ahead needs a momentum above 0");
        }
    }

    /** Creates SGD without look-ahead. */
    public SGD(double learningRate, double momentum, double weightDecay) {
        this(learningRate, momentum, weightDecay, false);
    }

    @Override
    public List<String> stateNames() {
        return momentum == 0 ? List.of() : List.of("momentum_buffer");
    }

    @Override
    public SgdUpdate update(long step, double rate) {
        return new SgdUpdate(rate, momentum, weightDecay, nesterov);
    }
}
