package dev.voxgrad.engine.trace;

/** What a {@link Span} computes: an operation forward, one or all of its gradients, or an optimiser's update. */
public enum Pass {
    FORWARD("forward"),
    /** All gradients of an operation. */
    BACKWARD("backward"),
    /** The gradient of the input, where it has a kernel of its own. */
    GRAD_INPUT("gradInput"),
    GRAD_WEIGHT("gradWeight"),
    GRAD_BIAS("gradBias"),
    /** Parameters moved by an optimiser. */
    UPDATE("update");

    private final String label;

    Pass(String label) {
        this.label = label;
    }

    /** As in tables and traces: {@code gradWeight}. */
    public String label() {
        return label;
    }
}
