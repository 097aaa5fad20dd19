package dev.voxgrad.bench.step;

/**
 * Represents an engine with a net, an optimizer and one batch of random volumes, ready for the work that is timed.
 *
 * <p>All engines do the same work: the same net with random weights; AdamW with {@link #LEARNING_RATE} and the case's
 * {@linkplain StepCase#weightDecay weight decay}; cross-entropy over {@link StepCase#CLASSES} classes; float32. The
 * batch is laid out for the engine beforehand and used again in every step.
 */
public interface StepEngine extends AutoCloseable {
    double LEARNING_RATE = 1e-3;
    /** The seed of the weights. */
    int SEED = 1;

    /** Returns the version of what is measured, for reports. */
    String version();

    /** Returns the engine's settings in its last step, for reports; empty if there is nothing to choose. */
    default String settings() {
        return "";
    }

    /**
     * Drops old gradients, runs forward, cross-entropy, backward and AdamW, and returns the loss before the update.
     *
     * @throws UnsupportedOperationException if the engine {@linkplain EngineName#trains only infers}
     */
    double trainStep();

    /** Returns the logits (N, classes) of the batch in evaluation mode, without a graph for gradients. */
    float[] infer();

    /** Releases memory and threads. */
    @Override
    void close();
}
