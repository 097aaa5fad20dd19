package dev.voxgrad.medmnist.explain;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.nn.Chain;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.Sequential;

/**
 * Lists the places at which a net can be cut in two, f = tail ∘ head, so that the activation A = head(x) between them
 * can be read, and its gradient computed as that of a leaf:
 *
 * <pre>
 * A = head(x)            without a graph
 * A requires a gradient
 * ∂f_c/∂A                from the backward pass of tail(A)
 * </pre>
 *
 * <p>A {@link Sequential}, and each one inside it, is a list of layers, and between two layers is a place to cut. This
 * makes fused blocks no special case: each half is a {@link Chain}, which fuses what remains together, and the block at
 * the cut ends there. A residual block is one layer, since a cut inside it would have to cross its shortcut as well.
 *
 * <p>A stage has the name of the layer before the cut: {@code layer2} is the output of that stage, {@code layer2.5} of
 * its last ReLU. Stages are the ones whose activation has more than one voxel.
 */
public final class Stages {
    /** A map of fewer voxels along an axis shows hardly more than a side of the volume. */
    private static final int FINE_ENOUGH = 4;

    private final List<Stage> stages;

    /**
     * Represents a place to cut a net.
     *
     * @param name of the last layer before it
     * @param head the layers before it
     * @param tail the layers after it
     * @param activation the shape between them, (1,C,X,Y,Z)
     */
    public record Stage(String name, Chain head, Chain tail, Shape activation) {}

    private Stages(List<Stage> stages) {
        this.stages = stages;
    }

    /** Lists the stages of a net for such volumes. It runs the net once, to learn the shapes. */
    public static Stages of(FrozenNet net, PreparedVolume volume) {
        SequencedMap<String, Layer> layers = new LinkedHashMap<>();
        Map<Integer, String> names = new LinkedHashMap<>();
        collect(net.layer(), "", layers, names);
        List<String> order = List.copyOf(layers.keySet());
        List<Stage> stages = new ArrayList<>();
        try (var _ = Scope.withoutGradients()) {
            Tensor current = volume.tensor(net.device());
            for (int end = 1; end < order.size(); end++) {
                current = Chain.of(layers, order.get(end - 1)).forward(current);
                Shape shape = current.shape();
                if (shape.rank() == 5 && shape.elementsFrom(2) > 1) {
                    stages.add(new Stage(
                            names.getOrDefault(end, order.get(end - 1)),
                            Chain.of(layers, order.subList(0, end).toArray(String[]::new)),
                            Chain.of(layers, order.subList(end, order.size()).toArray(String[]::new)),
                            shape));
                }
            }
        }
        return new Stages(List.copyOf(stages));
    }

    /**
     * Adds the layers in the order in which they run, under their full names.
     *
     * @param names receives the name of the outermost stage that ends after so many layers
     */
    private static void collect(
            Layer layer, String name, SequencedMap<String, Layer> layers, Map<Integer, String> names) {
        if (layer instanceof Sequential) {
            layer.children()
                    .forEach((child, inner) ->
                            collect(inner, name.isEmpty() ? child : name + "." + child, layers, names));
            names.put(layers.size(), name);
        } else {
            layers.put(name, layer);
        }
    }

    /** Returns all stages, in the order in which they run. */
    public List<Stage> all() {
        return stages;
    }

    /**
     * Returns the stage of that name.
     *
     * @throws DataException if there is none; the message lists all
     */
    public Stage named(String name) {
        return stages.stream()
                .filter(stage -> stage.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new DataException("stage '" + name + "' is not one of this net's: "
                        + stages.stream().map(Stage::name).collect(Collectors.joining(", "))));
    }

    /**
     * Returns the deepest stage whose activation still has {@value #FINE_ENOUGH} voxels along each axis: deep layers
     * know most about classes, and least about places. If no stage has so many, returns the first one.
     *
     * @throws DataException if the net cannot be cut at all
     */
    public Stage deepest() {
        if (stages.isEmpty()) {
            throw new DataException("this net has no stages, since it is not a sequence of layers; use another method");
        }
        Stage deepest = stages.getFirst();
        for (Stage stage : stages) {
            Dims3 size = stage.activation.spatial();
            deepest = size.atLeast(FINE_ENOUGH) ? stage : deepest;
        }
        return deepest;
    }
}
