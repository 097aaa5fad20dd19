package dev.voxgrad.nn;

import java.util.Collections;
import java.util.List;
import java.util.SequencedMap;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;

/**
 * Computes max(main(x) + shortcut(x), 0), a residual block (He et al., "Deep Residual Learning for Image Recognition",
 * CVPR 2016). The main path's layers are children of the block under their own names; those of the shortcut are
 * children named "0", "1", … of a child named "shortcut", which comes last. A shortcut without layers is the identity,
 * and then there is no such child.
 *
 * <p>A block whose main path is (convolution, batch norm, ReLU), …, (convolution, batch norm), and whose shortcut is
 * (convolution, batch norm) or the identity, runs as one operation, under the same conditions as a {@link Chain}'s
 * blocks.
 *
 * <p>The basic block of a ResNet-18, with a shortcut that fits the input to the number of channels:
 *
 * <pre>{@code
 * SequencedMap<String, Layer> main = Named.of();
 * main.put("conv1", new Conv3d(device, inputs, width, Dims3.cube(3), Conv3dOp.padded(1), false));
 * main.put("bn1", new BatchNorm3d(device, width));
 * main.put("relu1", new ReLU());
 * main.put("conv2", new Conv3d(device, width, width, Dims3.cube(3), Conv3dOp.padded(1), false));
 * main.put("bn2", new BatchNorm3d(device, width));
 * new Residual(main,
 *         new Conv3d(device, inputs, width, Dims3.cube(1), Conv3dOp.padded(0), false),
 *         new BatchNorm3d(device, width));
 * }</pre>
 */
public final class Residual implements Layer {
    /** The name of the shortcut among the {@link #children}. */
    public static final String SHORTCUT = "shortcut";

    private final SequencedMap<String, Layer> children = Named.of();
    private final Chain main;
    private final Chain shortcut;
    private final @Nullable FusedConvBlock fused;

    /**
     * Creates a block.
     *
     * @param main the main path's layers in their order, without the ReLU after the addition
     * @param shortcut the shortcut's layers in their order; none for the identity
     * @throws IllegalArgumentException if a layer of the main path is named "shortcut"
     */
    public Residual(SequencedMap<String, ? extends Layer> main, Layer... shortcut) {
        if (main.containsKey(SHORTCUT)) {
            throw new IllegalArgumentException("residual: the main path has a layer named '" + SHORTCUT + "'");
        }
        this.main = new Chain(main);
        this.fused = FusedConvBlock.residual(List.copyOf(main.values()), List.of(shortcut));
        children.putAll(main);
        if (shortcut.length == 0) {
            this.shortcut = Chain.of(children);
        } else {
            children.put(SHORTCUT, new Sequential(shortcut));
            this.shortcut = Chain.of(children, SHORTCUT);
        }
    }

    /**
     * Applies the block.
     *
     * @throws dev.voxgrad.engine.ShapeException if the input does not fit, or the two paths differ in shape
     */
    @Override
    public Tensor forward(Tensor input) {
        Tensor result = fused != null && input.device().fusion() ? fused.forward(input) : null;
        return result != null ? result : Activations.within(input, this::run);
    }

    private Tensor run(Tensor input, Activations activations) {
        long before = Tensor.moment();
        Tensor residual = main.forward(input);
        Tensor skip = shortcut.forward(input);
        Tensor sum = residual.add(skip);
        if (residual.isResultSince(before)) {
            activations.release(residual, main.keepsActivations());
        }
        if (skip.isResultSince(before)) {
            activations.release(skip, shortcut.keepsActivations());
        }
        Tensor result = sum.relu();
        if (sum.isResultSince(before)) {
            activations.release(sum, false);
        }
        return result;
    }

    /** Returns whether one of the layers does. */
    @Override
    public boolean keepsActivations() {
        return main.keepsActivations() || shortcut.keepsActivations();
    }

    @Override
    public SequencedMap<String, Layer> children() {
        return Collections.unmodifiableSequencedMap(children);
    }

    @Override
    public String toString() {
        return "Residual" + children;
    }
}
