package dev.voxgrad.nn;

import java.util.Map;
import java.util.SequencedMap;

import dev.voxgrad.engine.Tensor;

/**
 * A part of a net: a function from tensor to tensor with parameters of its own.
 *
 * <p>A new layer implements {@link #forward} and names what it has: parameters (trained), buffers (kept but not
 * trained), counters, and child layers, each under the name that PyTorch's layer gives it. Everything else here
 * follows from these names. Layers are made outside of a {@link dev.voxgrad.engine.Scope}, since their tensors must
 * outlive it, and with parameters of zero: {@link Initialization#apply} or {@link #loadStateDict} fills them.
 */
public interface Layer {
    /**
     * Applies the layer.
     *
     * @throws dev.voxgrad.engine.ShapeException if the input does not fit
     */
    Tensor forward(Tensor input);

    /**
     * Returns whether this layer may use its input or its result again after {@link #forward} has returned, as a skip
     * connection does: {@link Sequential} then keeps both until the whole net has run. A layer that never does answers
     * false, which saves memory.
     */
    default boolean keepsActivations() {
        return true;
    }

    /** Layers inside this one by name, in the order in which they are applied. */
    default SequencedMap<String, ? extends Layer> children() {
        return Named.of();
    }

    /** This layer's own trained tensors by name, without its children's. */
    default SequencedMap<String, Tensor> ownParameters() {
        return Named.of();
    }

    /** This layer's own tensors that are saved but not trained, such as running statistics. */
    default SequencedMap<String, Tensor> ownBuffers() {
        return Named.of();
    }

    /** This layer's own whole numbers that are saved. */
    default SequencedMap<String, Counter> ownCounters() {
        return Named.of();
    }

    /** Sets this layer's own parameters, each through {@code start}; children are called by themselves. */
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
     * Returns all parameters under their full names, as {@code layer1.0.weight}, in the order of PyTorch's. A tensor
     * that has several names (tied weights, a layer in two places) is there once, under the first of them, so that a
     * loop over all parameters takes each of them once; {@link #stateDict} has all names.
     */
    default SequencedMap<String, Tensor> parameters() {
        return Named.distinct(Named.collect(this, Layer::ownParameters));
    }

    /** Returns all buffers under their full names, as {@code layer1.1.running_mean}, each once. */
    default SequencedMap<String, Tensor> buffers() {
        return Named.distinct(Named.collect(this, Layer::ownBuffers));
    }

    /** Returns all counters under their full names, as {@code layer1.1.num_batches_tracked}, each once. */
    default SequencedMap<String, Counter> counters() {
        return Named.distinct(Named.collect(this, Layer::ownCounters));
    }

    /** A copy of all parameters, buffers and counters, under PyTorch's names and in its order. */
    default SequencedMap<String, NamedTensor> stateDict() {
        return StateDict.of(this).read();
    }

    /**
     * Takes over what {@link #stateDict} gave.
     *
     * @throws StateMismatchException if a name is missing, is not ours, or has another shape, or if two names of one
     *     tensor have different numbers; nothing is changed then
     */
    default void loadStateDict(Map<String, NamedTensor> state) {
        StateDict.of(this).write(state);
    }

    /**
     * Takes over what fits, as PyTorch's {@code load_state_dict(state, strict)}.
     *
     * @param strict whether every name must be there, and no other
     * @return the names that were left out: those that are missing and those that are not ours
     * @throws StateMismatchException as {@link #loadStateDict(Map)}; if not {@code strict}, only for other shapes or kinds
     *     of numbers and for two names of one tensor
     */
    default StateDict.LeftOut loadStateDict(Map<String, NamedTensor> state, boolean strict) {
        return StateDict.of(this).write(state, strict);
    }
}
