package dev.voxgrad.engine.trace;

/** Lists what a {@link Span} can compute: an operation's result, one or all of its gradients, or an update. */
public enum Pass {
    FORWARD("forward"),
    /** All gradients of an operation. */
    BACKWARD("backward"),
    /** The gradient of the input, if it has a kernel of its own. */
    GRAD_INPUT("gradInput"),
    GRAD_WEIGHT("gradWeight"),
    GRAD_BIAS("gradBias"),
    /** An optimiser's step on one parameter. */
    UPDATE("update");

    private final String label;

    Pass(String label) {
        this.label = label;
    }

    /** Returns the name in tables and traces: {@code gradWeight}. */
    public String label() {
        return label;
    }
}
