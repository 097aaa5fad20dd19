package dev.voxgrad.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.trace.Trace;

/**
 * Applies named layers one after the other: what {@link Sequential} does with its children, and what a layer with a
 * hand-written {@link Layer#forward} does with those of its children that form a straight run. A chain is not a layer:
 * its layers are the children of the layer that uses it.
 *
 * <p><b>Fusion.</b> Successive layers of the form (convolution, batch norm, ReLU) one or more times, perhaps with a
 * max pool of 2×2×2 at the end, can run as one operation, {@link dev.voxgrad.engine.op.convblock.ConvBlockOp}. A
 * chain finds such blocks once, when it is built. They run fused if the input's device {@linkplain
 * dev.voxgrad.engine.device.Device#fusion() allows it}, and if their batch norms are all in training, or all in
 * evaluation with no gradient required. Otherwise the layers run one by one; the results differ by rounding only.
 *
 * <p><b>Memory.</b> An activation between two layers is released as soon as the later one has run: its memory returns
 * to the pool unless an operation saved it for the backward pass. If one of the two layers {@linkplain
 * Layer#keepsActivations() may keep it}, for a skip connection, it is released when the outermost chain has run. Only
 * what an operation computed while a layer ran is released: the input remains the caller's, and whatever a layer had
 * before, such as a constant or a parameter, remains the layer's. A layer that keeps an activation for longer keeps
 * {@link Tensor#share} of it, or {@link Tensor#detach} if no gradient is to flow through it.
 *
 * <p><b>Profiles.</b> Each layer's operations appear under the layer's name, those of a fused block under the names of
 * its first and last layer: {@code conv1-relu}.
 */
public final class Chain {
    private final List<String> names;
    private final List<Layer> layers;
    /** For each layer the block that starts with it, or null. */
    private final List<@Nullable FusedConvBlock> blocks = new ArrayList<>();

    /** Creates a chain of these layers in their order. An empty chain returns its input. */
    public Chain(SequencedMap<String, ? extends Layer> layers) {
        this(List.copyOf(layers.keySet()), List.copyOf(layers.values()));
    }

    private Chain(List<String> names, List<Layer> layers) {
        this.names = names;
        this.layers = layers;
        for (int i = 0; i < layers.size(); i++) {
            blocks.add(FusedConvBlock.startingAt(layers, i));
        }
    }

    /**
     * Creates a chain of some of a layer's children, in the order of {@code names}; a name may occur more than once.
     *
     * @throws IllegalArgumentException if there is no child of a name
     */
    public static Chain of(Map<String, ? extends Layer> children, String... names) {
        List<Layer> layers = new ArrayList<>(names.length);
        for (String name : names) {
            Layer layer = children.get(name);
            if (layer == null) {
                throw new IllegalArgumentException(
                        "chain: no child named '" + name + "'; there are " + String.join(", ", children.keySet()));
            }
            layers.add(layer);
        }
        return new Chain(List.of(names), List.copyOf(layers));
    }

    /**
     * Applies the layers.
     *
     * @throws dev.voxgrad.engine.ShapeException if the input does not fit
     */
    public Tensor forward(Tensor input) {
        return Activations.within(input, this::run);
    }

    private Tensor run(Tensor input, Activations activations) {
        boolean fusion = input.device().fusion();
        Tensor current = input;
        boolean owned = false;
        boolean mayBeKept = false;
        int i = 0;
        while (i < layers.size()) {
            long before = Tensor.moment();
            FusedConvBlock block = fusion ? blocks.get(i) : null;
            Tensor next = null;
            int run = 1;
            boolean keeps = false;
            if (block != null) {
                run = block.length();
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

    /** Returns whether one of the layers does; see {@link Layer#keepsActivations}. */
    boolean keepsActivations() {
        return layers.stream().anyMatch(Layer::keepsActivations);
    }
}
