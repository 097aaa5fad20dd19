package dev.voxgrad.nn;

import java.util.Map;
import java.util.SequencedMap;

import dev.voxgrad.engine.Tensor;

/**
 * A part of a net: a function from tensor to tensor that has parameters of its own.
 *
 * <p>A new layer implements {@link #forward} and names what it has: parameters (trained), buffers (saved but not
 * trained), counters, and child layers, each under the name that PyTorch's layer gives it. Everything else here
 * follows from these names. Layers are created outside of any {@link dev.voxgrad.engine.Scope}, since their tensors
 * must outlive it, and with parameters of zero: {@link Initialization#apply} or {@link #loadStateDict} fills them.
 *
 * <p>A layer whose forward is not a straight line runs its straight parts as {@link Chain}s, which fuse what can be
 * fused, release activations and show the children's names in profiles, and adds its own intermediate results to
 * {@link Intermediates}. A residual block (He et al., CVPR 2016), for instance, of which {@link Residual} is a general
 * form that can run as one operation:
 *
 * <pre>{@code
 * final class BasicBlock implements Layer {
 *     private final SequencedMap<String, Layer> children = Named.of();
 *     private final Chain main;
 *     private final Chain shortcut;
 *     private final Chain end;
 *
 *     BasicBlock(Device device, int inputs, int width) {
 *         children.put("conv1", new Conv3d(device, inputs, width, 3, 1));
 *         children.put("bn1", new BatchNorm3d(device, width));
 *         children.put("relu", new ReLU());
 *         children.put("conv2", new Conv3d(device, width, width, 3, 1));
 *         children.put("bn2", new BatchNorm3d(device, width));
 *         main = Chain.of(children, "conv1", "bn1", "relu", "conv2", "bn2");
 *         end = Chain.of(children, "relu");
 *         if (inputs == width) {
 *             shortcut = Chain.of(children); // without layers: returns its input
 *         } else {
 *             children.put("downsample", new Conv3d(device, inputs, width, 1, 0));
 *             shortcut = Chain.of(children, "downsample");
 *         }
 *     }
 *
 *     public Tensor forward(Tensor input) {
 *         try (var intermediates = new Intermediates()) {
 *             Tensor residual = intermediates.add(main.forward(input));
 *             Tensor skip = intermediates.add(shortcut.forward(input));
 *             return end.forward(intermediates.add(residual.add(skip)));
 *         }
 *     }
 *
 *     public boolean keepsActivations() {
 *         return false; // uses neither its input nor its result after forward has returned
 *     }
 *
 *     public SequencedMap<String, Layer> children() {
 *         return children;
 *     }
 * }
 * }</pre>
 */
public interface Layer {
    /**
     * Applies the layer.
     *
     * @throws dev.voxgrad.engine.ShapeException if the input does not fit
     */
    Tensor forward(Tensor input);

    /**
     * Returns whether this layer may use its input or its result again after {@link #forward} has returned, for a skip
     * connection to a later layer: a {@link Chain} then keeps both until the whole net has run. A layer that never does
     * returns false, which saves memory.
     */
    default boolean keepsActivations() {
        return true;
    }

    /** Returns the layers inside this one by name, in the order in which they are applied. */
    default SequencedMap<String, ? extends Layer> children() {
        return Named.of();
    }

    /** Returns this layer's own trained tensors by name, without its children's. */
    default SequencedMap<String, Tensor> ownParameters() {
        return Named.of();
    }

    /** Returns this layer's own tensors that are saved but not trained, such as running statistics. */
    default SequencedMap<String, Tensor> ownBuffers() {
        return Named.of();
    }

    /** Returns this layer's own integers that are saved. */
    default SequencedMap<String, Counter> ownCounters() {
        return Named.of();
    }

    /** Sets this layer's own parameters, each through {@code start}; children are initialised separately. */
    default void initialize(Initialization start) {}

    /** Switches this layer and its children to training ({@code true}) or evaluation. Layers start in training. */
    default void training(boolean on) {
        children().values().forEach(child -> child.training(on));
    }

    /** Switches to training: batch norm uses the batch's own statistics. */
    default void train() {
        training(true);
    }

    /** Switches to evaluation: batch norm uses the running statistics. */
    default void eval() {
        training(false);
    }

    /**
     * Returns all parameters under their full names, such as {@code layer1.0.weight}, in PyTorch's order. A tensor
     * that has several names (tied weights, a layer in two places) appears once, under the first of them, so that a
     * loop over all parameters visits each of them once; {@link #stateDict} has all names.
     */
    default SequencedMap<String, Tensor> parameters() {
        return Named.distinct(Named.collect(this, Layer::ownParameters));
    }

    /** Returns all buffers under their full names, such as {@code layer1.1.running_mean}, each once. */
    default SequencedMap<String, Tensor> buffers() {
        return Named.distinct(Named.collect(this, Layer::ownBuffers));
    }

    /** Returns all counters under their full names, such as {@code layer1.1.num_batches_tracked}, each once. */
    default SequencedMap<String, Counter> counters() {
        return Named.distinct(Named.collect(this, Layer::ownCounters));
    }

    /** Returns a copy of all parameters, buffers and counters, under PyTorch's names and in its order. */
    default SequencedMap<String, NamedTensor> stateDict() {
        return StateDict.of(this).read();
    }

    /**
     * Loads what {@link #stateDict} returned.
     *
     * @throws StateMismatchException if a name is missing, unknown, or has another shape, or if two names of one tensor
     *     have different values; nothing is changed then
     */
    default void loadStateDict(Map<String, NamedTensor> state) {
        StateDict.of(this).write(state);
    }

    /**
     * Loads what fits, as PyTorch's {@code load_state_dict(state, strict)}.
     *
     * @param strict whether all names must be present, and no others
     * @return the names that were left out: the missing and the unknown ones
     * @throws StateMismatchException as {@link #loadStateDict(Map)}; if not {@code strict}, only for other shapes or
     *      types and for two names of one tensor
     */
    default StateDict.LeftOut loadStateDict(Map<String, NamedTensor> state, boolean strict) {
        return StateDict.of(this).write(state, strict);
    }
}
