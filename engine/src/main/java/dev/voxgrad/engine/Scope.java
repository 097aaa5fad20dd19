package dev.voxgrad.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * The lifetime of the tensors of one training step or one prediction.
 *
 * <pre>{@code
 * try (Scope _ = Scope.open()) {
 *     Gradients gradients = model.forward(x).crossEntropy(labels).backward();
 *     optimizer.step(gradients);
 * } // every tensor made inside goes back to its device's pool; the next step takes the same memory again
 * }</pre>
 *
 * <p>Tensors made while no scope is open are ordinary garbage-collected objects: parameters, test data, a first
 * try in a shell. Scopes belong to the thread that opens them and do not nest.
 */
public final class Scope implements AutoCloseable {
    private static final ThreadLocal<Scope> CURRENT = new ThreadLocal<>();

    private final boolean gradients;
    private final List<Memory> memories = new ArrayList<>();

    private Scope(boolean gradients) {
        if (CURRENT.get() != null) {
            throw new IllegalStateException("scope: this thread has one open already; scopes do not nest");
        }
        this.gradients = gradients;
        CURRENT.set(this);
    }

    /** Opens a scope whose operations record the graph that {@code backward} needs. */
    public static Scope open() {
        return new Scope(true);
    }

    /** Opens a scope that records no graph: for predictions. Nothing is saved for a backward pass. */
    public static Scope withoutGradients() {
        return new Scope(false);
    }

    /** Takes {@code tensor} out of this scope: it stays usable after the scope is closed. */
    public Tensor keep(Tensor tensor) {
        tensor.memory().keep();
        return tensor;
    }

    /** Gives back the memory of all tensors made in this scope, except those that were kept. */
    @Override
    public void close() {
        if (CURRENT.get() != this) {
            throw new IllegalStateException("scope: closed on another thread, or twice");
        }
        CURRENT.remove();
        for (Memory memory : memories) {
            memory.scopeClosed(this);
        }
        memories.clear();
    }

    static Scope current() {
        return CURRENT.get();
    }

    /** True unless the current scope is one without gradients. */
    public static boolean recordsGradients() {
        Scope scope = CURRENT.get();
        return scope == null || scope.gradients;
    }

    void register(Memory memory) {
        memories.add(memory);
    }
}
