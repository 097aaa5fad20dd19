package dev.voxgrad.engine;

import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * What {@link Tensor#backward()} returns: the gradient of every leaf that asked for one.
 *
 * <p>A gradient has the shape and layout of its tensor and lives as long as the scope it was computed in.
 */
public final class Gradients {
    private final Map<Tensor, Tensor> byLeaf;

    /** For {@code Backward}: gradients by leaf, compared by identity. */
    public Gradients(Map<Tensor, Tensor> byLeaf) {
        this.byLeaf = new IdentityHashMap<>(byLeaf);
    }

    /**
     * The gradient of {@code leaf}.
     *
     * @throws IllegalArgumentException if the result did not depend on {@code leaf}, or it asked for no gradient
     */
    public Tensor of(Tensor leaf) {
        Tensor gradient = byLeaf.get(leaf);
        if (gradient == null) {
            throw new IllegalArgumentException("gradients: no gradient for tensor " + leaf
                    + "; the result does not depend on it, or it does not require a gradient");
        }
        return gradient;
    }

    /** True if {@link #of} has an answer for {@code leaf}. */
    public boolean has(Tensor leaf) {
        return byLeaf.containsKey(leaf);
    }

    /** The leaves that have a gradient, in no particular order. */
    public Collection<Tensor> leaves() {
        return Collections.unmodifiableSet(byLeaf.keySet());
    }
}
