package dev.voxgrad.bench.step;

/**
 * An engine with a net, an optimizer and one batch of random volumes, ready for the work that is timed.
 *
 * <p>All engines do the same work: one of the three nets with random weights, batch norm and max pool included; AdamW
 * with {@link #LEARNING_RATE} and {@link #WEIGHT_DECAY}; cross-entropy over {@link StepCase#CLASSES} classes; float32.
 * The batch is laid out for the engine beforehand and used again in every step.
 */
public interface StepEngine extends AutoCloseable {
    double LEARNING_RATE = 1e-3;
    double WEIGHT_DECAY = 5e-4;
    /** Seed of the weights. */
    int SEED = 1;

    /** The version of what is measured, for the record. */
    String version();

    /** Describes how the engine was set for what it did last, for the record; empty if there is nothing to choose. */
    default String settings() {
        return "";
    }

    /** Old gradients dropped, forward, cross-entropy, backward, AdamW. Returns the loss before the update. */
    double trainStep();

    /** Logits (N, classes) of the batch in evaluation mode, without a graph for gradients. */
    float[] infer();

    /** Gives back memory and threads. */
    @Override
    void close();
}
