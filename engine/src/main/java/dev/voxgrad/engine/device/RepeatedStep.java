package dev.voxgrad.engine.device;

import java.util.List;

import dev.voxgrad.engine.Tensor;

/**
 * A step of training or prediction that is run many times. The same body serves every device: {@link EagerStep} runs it
 * at once; on a GPU a {@link dev.voxgrad.engine.device.cuda.CapturedStep} captures it as a CUDA graph, and replays that
 * while the host continues.
 *
 * <pre>{@code
 * try (RepeatedStep step = device.repeat(() -> {
 *     Tensor loss = net.forward(Tensor.ofChannelsLast(device, shape, inputs)).crossEntropy(labels);
 *     optimizer.step(loss.backward());
 *     return List.of(loss);
 * })) {
 *     while (fill(inputs, labels)) {
 *         System.out.println(step.run().values(0)[0]);
 *     }
 * }
 * }</pre>
 */
public interface RepeatedStep extends AutoCloseable {
    /** What a step does. */
    @FunctionalInterface
    interface Body {
        /** Does it once, in an open scope; returns small float32 tensors whose values the host needs. */
        List<Tensor> run();
    }

    /** The values of the tensors that the body returned in one run. */
    interface Results {
        /** Returns the values of the tensor with that index in the body's list; waits for them if necessary. */
        double[] values(int tensor);
    }

    /** Runs the step once more; on a GPU it may still be at work when this returns. */
    Results run();

    /**
     * Returns true if the body runs at every call and its values are available inside it, so that the body may read
     * them and stop by an exception; false if it is captured once and replayed, and must not read anything back.
     */
    boolean isEager();

    /** Returns how many runs may be outstanding before the results of the oldest one must be read. */
    int slots();

    /** Releases what the step keeps between its runs. */
    @Override
    void close();
}
