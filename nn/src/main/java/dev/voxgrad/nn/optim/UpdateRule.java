package dev.voxgrad.nn.optim;

import java.util.List;

import dev.voxgrad.engine.optim.TensorUpdate;

/**
 * Describes how an optimizer updates one parameter: its settings and formula. {@link Optimizer} keeps the state and the
 * count of steps, so a new rule is one small record.
 */
public interface UpdateRule {
    /** Returns the learning rate of a step that doesn't specify one. */
    double learningRate();

    /** Returns PyTorch's names for the tensors that the rule keeps for each parameter; the tensors start at zero. */
    List<String> stateNames();

    /**
     * Returns what a step does to one parameter.
     *
     * @param step 1 in the parameter's first step
     * @param learningRate the learning rate of this step
     */
    TensorUpdate update(long step, double learningRate);

    /** Throws an IllegalArgumentException unless {@code value} is in [0, limit). */
    static void requireBelow(String setting, double value, double limit) {
        if (!(value >= 0 && value < limit)) {
            throw new IllegalArgumentException("optimizer: " + setting + " is " + value + ", expected at least 0"
                    + (limit < Double.POSITIVE_INFINITY ? " and less than " + limit : " and finite"));
        }
    }
}
