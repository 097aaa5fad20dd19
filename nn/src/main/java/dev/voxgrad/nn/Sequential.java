package dev.voxgrad.nn;

import java.util.Collections;
import java.util.Map;
import java.util.SequencedMap;

import dev.voxgrad.engine.Tensor;

/**
 * Layers applied one after the other.
 *
 * <p>An activation between two layers is released as soon as the later one has run: its memory goes back to the pool
 * unless an operation saved it for the backward pass. The input stays the caller's. A layer that wants to keep an
 * activation keeps {@code detach()} of it.
 */
public final class Sequential implements Layer {
    private final SequencedMap<String, Layer> children = Named.of();

    /** Under the names "0", "1", "2", … */
    public Sequential(Layer... layers) {
        for (int i = 0; i < layers.length; i++) {
            children.put(Integer.toString(i), layers[i]);
        }
    }

    /** Under given names, which hold no dots. */
    public Sequential(SequencedMap<String, ? extends Layer> layers) {
        for (Map.Entry<String, ? extends Layer> entry : layers.entrySet()) {
            if (entry.getKey().isEmpty() || entry.getKey().contains(".")) {
                throw new IllegalArgumentException("sequential: '" + entry.getKey()
                        + "' is no name for a layer; it must not be empty nor hold a dot");
            }
            children.put(entry.getKey(), entry.getValue());
        }
    }

    @Override
    public Tensor forward(Tensor input) {
        Tensor current = input;
        for (Layer layer : children.values()) {
            Tensor next = layer.forward(current);
            if (current != input && current != next) {
                current.release();
            }
            current = next;
        }
        return current;
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
