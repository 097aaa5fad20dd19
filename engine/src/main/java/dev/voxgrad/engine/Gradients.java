package dev.voxgrad.engine;

import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;

import dev.voxgrad.engine.autograd.Op;

/**
 * Holds the result of {@link Tensor#backward()}: the gradient of every leaf that requires one.
 *
 * <p>A gradient has the shape and layout of its tensor and lives as long as the scope it was computed in.
 */
public final class Gradients {
    private final Map<Tensor, Tensor> byLeaf;
    private final Map<Tensor, Op> late;

    /** Holds gradients by leaf, compared by identity, such as sums over several backward passes. */
    public Gradients(Map<Tensor, Tensor> byLeaf) {
        this(byLeaf, Map.of());
    }

    /**
     * Holds the gradients that {@code Backward} found.
     *
     * @param late leaves that have no gradient because they required none when this operation used them, though they do
     *     now
     */
    public Gradients(Map<Tensor, Tensor> byLeaf, Map<Tensor, Op> late) {
        this.byLeaf = new IdentityHashMap<>(byLeaf);
        this.late = new IdentityHashMap<>(late);
    }

    /**
     * Returns the gradient of {@code leaf}. It has its own memory, which may be changed in place.
     *
     * @throws IllegalArgumentException if the result did not depend on {@code leaf}, or if {@code leaf} required no
     *     gradient when it was used
     */
    public Tensor of(Tensor leaf) {
        Tensor gradient = byLeaf.get(leaf);
        if (gradient == null && late.containsKey(leaf)) {
            throw new IllegalArgumentException("gradients: no gradient for tensor " + leaf + "; it required none when "
                    + late.get(leaf).name() + " used it; call requiresGrad(true) before the forward pass");
        }
        if (gradient == null) {
            throw new IllegalArgumentException("gradients: no gradient for tensor " + leaf
                    + "; the result does not depend on it, or it does not require a gradient");
        }
        return gradient;
    }

    /** Returns whether {@code leaf} has a gradient. */
    public boolean has(Tensor leaf) {
        return byLeaf.containsKey(leaf);
    }

    /** Returns the leaves that have a gradient, in no particular order. */
    public Collection<Tensor> leaves() {
        return Collections.unmodifiableSet(byLeaf.keySet());
    }
}
