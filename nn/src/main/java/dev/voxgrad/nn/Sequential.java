package dev.voxgrad.nn;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

import dev.voxgrad.engine.Tensor;

/**
 * Layers applied one after the other.
 *
 * <p>Where layers that follow one another are convolution, batch norm and ReLU, and perhaps a max pool of 2×2×2, they
 * are run as one operation where the device {@linkplain dev.voxgrad.engine.device.Device#fusion() allows it}.
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
        List<Layer> layers = List.copyOf(children.values());
        Tensor current = input;
        for (int i = 0; i < layers.size(); i++) {
            ConvBlock block = ConvBlock.find(layers, i);
            Tensor next = block == null ? null : block.forward(current);
            if (next == null) {
                next = layers.get(i).forward(current);
            } else {
                i += block.layers().size() - 1;
            }
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
