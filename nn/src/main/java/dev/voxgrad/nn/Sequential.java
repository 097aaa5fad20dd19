package dev.voxgrad.nn;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.trace.Trace;

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
        List<String> names = List.copyOf(children.keySet());
        List<Layer> layers = List.copyOf(children.values());
        Tensor current = input;
        int i = 0;
        while (i < layers.size()) {
            ConvBlock block = input.device().fusion() ? ConvBlock.find(layers, i) : null;
            Tensor next = null;
            int run = 1;
            if (block != null) {
                run = block.layers().size();
                try (var _ = Trace.layers(input.device(), names.get(i), names.get(i + run - 1))) {
                    next = block.forward(current);
                }
            }
            if (next == null) {
                run = 1;
                try (var _ = Trace.layer(input.device(), names.get(i))) {
                    next = layers.get(i).forward(current);
                }
            }
            i += run;
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
