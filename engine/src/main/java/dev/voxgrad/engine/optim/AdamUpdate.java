package dev.voxgrad.engine.optim;

import java.util.List;

import dev.voxgrad.engine.Tensor;

/**
 * Performs one step of Adam or AdamW for one parameter, fused: each value is read and written once.
 *
 * <pre>
 * AdamW:  p = p·(1 − η·λ)          Adam:  g = g + λ·p
 * m = β₁·m + (1 − β₁)·g
 * v = β₂·v + (1 − β₂)·g²
 * p = p − η/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)
 * </pre>
 *
 * <p>The order of operations is PyTorch's: ε is added after √v is corrected. Sources: Kingma and Ba, "Adam: a method
 * for stochastic optimization", 2015; Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.
 *
 * @param learningRate η
 * @param beta1 β₁, the decay rate of the mean of the gradients
 * @param beta2 β₂, the decay rate of the mean of their squares
 * @param eps ε
 * @param weightDecay λ
 * @param decoupled true for AdamW, false for Adam with an L2 penalty
 * @param step t, 1 in the first step
 */
public record AdamUpdate(
        double learningRate, double beta1, double beta2, double eps, double weightDecay, boolean decoupled, long step)
        implements TensorUpdate {

    private static final List<String> STATE = List.of("mean", "square");

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if one is NaN, infinite or negative, or a beta is not below 1
     */
    public AdamUpdate {
        Settings.requireFinite("adam", "learning rate", learningRate);
        Settings.requireBelow("adam", "beta1", beta1, 1);
        Settings.requireBelow("adam", "beta2", beta2, 1);
        Settings.requireFinite("adam", "eps", eps);
        Settings.requireFinite("adam", "weight decay", weightDecay);
    }

    /**
     * Updates {@code parameter}, {@code mean} (m) and {@code square} (v) in place.
     *
     * @throws dev.voxgrad.engine.ShapeException if the four differ in shape
     * @throws IllegalStateException if the step is not at least 1
     */
    public void apply(Tensor parameter, Tensor gradient, Tensor mean, Tensor square) {
        apply(new UpdateSlot(parameter, gradient, List.of(mean, square)));
    }

    @Override
    public void apply(UpdateSlot slot) {
        slot.requireFor(this);
        requireStep();
        Tensor mean = slot.state().get(0);
        Tensor square = slot.state().get(1);
        AdamKernels.on(slot.parameter().device()).step(slot.parameter(), slot.gradient(), mean, square, this);
        slot.countChange();
    }

    private void requireStep() {
        if (step < 1) {
            throw new IllegalStateException("adam: step is " + step + ", expected at least 1");
        }
    }

    @Override
    public String name() {
        return "adam";
    }

    /** Returns the names of m and v. */
    @Override
    public List<String> stateNames() {
        return STATE;
    }

    @Override
    public String kernel() {
        return "adam";
    }

    @Override
    public int valueCount() {
        return 7;
    }

    /** Writes the fields of {@code struct AdamStep}. */
    @Override
    public void copyValues(float[] to, int at) {
        requireStep();
        to[at] = (float) shrink();
        to[at + 1] = (float) penalty();
        to[at + 2] = (float) beta1;
        to[at + 3] = (float) beta2;
        to[at + 4] = (float) stepSize();
        to[at + 5] = (float) rootCorrection();
        to[at + 6] = (float) eps;
    }

    /** Returns the factor that AdamW first multiplies the parameter by; 1 for Adam. */
    double shrink() {
        return decoupled ? 1 - learningRate * weightDecay : 1;
    }

    /** Returns the multiple of the parameter that Adam adds to the gradient; 0 for AdamW. */
    double penalty() {
        return decoupled ? 0 : weightDecay;
    }

    /** Returns η/(1 − β₁ᵗ). */
    double stepSize() {
        return learningRate / (1 - Math.pow(beta1, step));
    }

    /** Returns √(1 − β₂ᵗ). */
    double rootCorrection() {
        return Math.sqrt(1 - Math.pow(beta2, step));
    }
}
