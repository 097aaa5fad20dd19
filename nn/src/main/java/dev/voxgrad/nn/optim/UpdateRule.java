package dev.voxgrad.nn.optim;

import java.util.List;

import dev.voxgrad.engine.optim.TensorUpdate;

/**
 * How an optimiser moves one parameter: its settings and formula. {@link Optimizer} keeps the state and the count of
 * steps, so a new rule is one small record.
 */
public interface UpdateRule {
    /** The learning rate of a step that is given no other. */
    double learningRate();

    /** The names, as in PyTorch, of the tensors that the rule keeps for each parameter; they start at zero. */
    List<String> stateNames();

    /**
     * What a step does to one parameter.
     *
     * @param step 1 in the parameter's first step
     */
    TensorUpdate update(long step, double learningRate);

    /** Throws unless {@code value} is in [0, limit). */
    static void requireBelow(String setting, double value, double limit) {
        if (!(value >= 0 && value < limit)) {
            throw new IllegalArgumentException("optimizer: " + setting + " is " + value + ", expected at least 0"
                    + (limit < Double.POSITIVE_INFINITY ? " and less than " + limit : " and finite"));
        }
    }
}
