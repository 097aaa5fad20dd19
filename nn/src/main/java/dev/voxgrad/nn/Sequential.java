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
 * unless an operation saved it for the backward pass. Where one of the two
 * {@linkplain Layer#keepsActivations() may keep it}, for a skip connection, it is released when the outermost sequence
 * has run. Only what an operation computed while a layer ran is released: the input stays the caller's, and whatever a
 * layer had before stays the layer's, such as a constant or a parameter. A layer that keeps an activation for longer
 * keeps {@link Tensor#share} of it, or {@link Tensor#detach} where no gradient is to flow through it.
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
        return Activations.within(input, this::run);
    }

    private Tensor run(Tensor input, Activations activations) {
        List<String> names = List.copyOf(children.keySet());
        List<Layer> layers = List.copyOf(children.values());
        Tensor current = input;
        boolean owned = false;
        boolean mayBeKept = false;
        int i = 0;
        while (i < layers.size()) {
            long before = Tensor.moment();
            ConvBlock block = input.device().fusion() ? ConvBlock.find(layers, i) : null;
            Tensor next = null;
            int run = 1;
            boolean keeps = false;
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
                keeps = layers.get(i).keepsActivations();
            }
            i += run;
            mayBeKept |= keeps;
            if (next != current) {
                if (owned) {
                    activations.release(current, mayBeKept);
                }
                owned = next.isResultSince(before);
                mayBeKept = keeps;
            }
            current = next;
        }
        return current;
    }

    /** True if one of its layers does. */
    @Override
    public boolean keepsActivations() {
        return children.values().stream().anyMatch(Layer::keepsActivations);
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
