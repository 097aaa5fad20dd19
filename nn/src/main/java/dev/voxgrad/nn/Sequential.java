package dev.voxgrad.nn;

import java.util.Collections;
import java.util.Map;
import java.util.SequencedMap;

import dev.voxgrad.engine.Tensor;

/**
 * Applies layers one after the other, as a {@link Chain} of its children: successive layers that can run as one
 * operation do so, an activation is released as soon as no layer needs it, and profiles show each layer's name.
 */
public final class Sequential implements Layer {
    private final SequencedMap<String, Layer> children = Named.of();
    private final Chain chain;

    /** Names the layers "0", "1", "2", … */
    public Sequential(Layer... layers) {
        for (int i = 0; i < layers.length; i++) {
            children.put(Integer.toString(i), layers[i]);
        }
        chain = new Chain(children);
    }

    /**
     * Takes layers with their names.
     *
     * @throws IllegalArgumentException if a name is empty or contains a dot
     */
    public Sequential(SequencedMap<String, ? extends Layer> layers) {
        for (Map.Entry<String, ? extends Layer> entry : layers.entrySet()) {
            if (entry.getKey().isEmpty() || entry.getKey().contains(".")) {
                throw new IllegalArgumentException("sequential: invalid layer name '" + entry.getKey()
                        + "': must be non-empty and contain no dots");
            }
            children.put(entry.getKey(), entry.getValue());
        }
        chain = new Chain(children);
    }

    @Override
    public Tensor forward(Tensor input) {
        return chain.forward(input);
    }

    /** Returns whether one of the layers does. */
    @Override
    public boolean keepsActivations() {
        return chain.keepsActivations();
    }

    @Override
    public SequencedMap<String, Layer> children() {
        return Collections.unmodifiableSequencedMap(children);
    }

    @Override
    public String toString() {
        return "Sequential" + children;
    }
}
