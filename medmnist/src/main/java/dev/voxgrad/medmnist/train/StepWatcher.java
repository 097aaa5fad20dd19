package dev.voxgrad.medmnist.train;

import java.util.SequencedMap;

import dev.voxgrad.engine.Tensor;

/**
 * Looks into a training step while it runs: {@link MemberSteps#watch} calls these methods once each, in this order,
 * except {@link #backwardReaches}, which is called for every operation.
 */
public interface StepWatcher {
    /** Looks away. */
    StepWatcher NONE = new StepWatcher() {};

    /**
     * Receives the volumes and the loss after the forward pass; the graph between them can be walked from the loss, and
     * all its tensors can be read.
     */
    default void forwardDone(Tensor input, Tensor loss) {}

    /** Receives the result of an operation and its complete gradient, just before the operation's backward. */
    default void backwardReaches(Tensor result, Tensor gradient) {}

    /** Receives the gradients of all parameters by name, before they are clipped and the parameters are updated. */
    default void backwardDone(SequencedMap<String, Tensor> gradients) {}
}
