package dev.voxgrad.engine;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Bounds the lifetime of the tensors of one training step or one prediction.
 *
 * <pre>{@code
 * try (Scope _ = Scope.open()) {
 *     Gradients gradients = model.forward(x).crossEntropy(labels).backward();
 *     optimizer.step(gradients);
 * } // every tensor made inside returns to its device's pool; the next step reuses the same memory
 * }</pre>
 *
 * <p>Tensors made while no scope is open are ordinary garbage-collected objects: parameters, test data, first
 * experiments in a shell. Scopes belong to the thread that opens them.
 *
 * <p>Within a scope, tensors that share a storage are counted as well, since a scope alone would free memory too late
 * and a {@linkplain Tensor#release release} alone too early. A layer releases its input as soon as it has its output,
 * long before the step ends, which keeps the peak of memory low. But an operation may have saved that input for its
 * backward, or a caller may keep a second handle, so the storage is free only once all of them are released.
 *
 * <p>Scopes nest. A tensor belongs to the innermost scope that is open when it is made, and {@link #keep} moves it to
 * the scope around that one. A block that only switches gradients off, such as a teacher's forward pass inside a
 * training step, needs no scope of its own: see {@link GradientMode}.
 */
public final class Scope implements AutoCloseable {
    private static final ThreadLocal<Scope> CURRENT = new ThreadLocal<>();

    private final @Nullable Scope outer;
    /** Null for a scope that does not change the gradient mode. */
    private final @Nullable GradientMode mode;

    private final List<Memory> memories = new ArrayList<>();

    private Scope(@Nullable GradientMode mode) {
        this.outer = CURRENT.get();
        this.mode = mode;
        CURRENT.set(this);
    }

    /** Opens a scope. Operations build the graph that {@code backward} needs, unless that is switched off already. */
    public static Scope open() {
        return new Scope(null);
    }

    /**
     * Opens a scope that tracks no gradients, for predictions: nothing is saved for a backward pass. Inside a training
     * step, {@link #keep} the tensors that are used after it.
     */
    public static Scope withoutGradients() {
        return new Scope(GradientMode.off());
    }

    /** Returns whether this thread has a scope open. */
    public static boolean isOpen() {
        return CURRENT.get() != null;
    }

    /**
     * Takes {@code tensor} out of this scope: it stays usable after the scope is closed, until the scope around it is
     * closed, or, if there is none, as long as it is reachable. A tensor that belongs to an outer scope, or to none, is
     * not affected.
     *
     * @return {@code tensor}
     * @throws IllegalStateException if it was released, or its scope is closed
     */
    public Tensor keep(Tensor tensor) {
        tensor.storage();
        tensor.memory().outlive(this);
        return tensor;
    }

    /**
     * Frees the memory of all tensors made in this scope, except the ones that were kept.
     *
     * @throws IllegalStateException if this scope is not open on this thread; also if a scope or a gradient mode inside
     *     it was left open, after closing both
     */
    @Override
    public void close() {
        Scope innermost = CURRENT.get();
        if (innermost == null || !innermost.isWithin(this)) {
            throw new IllegalStateException("scope: closed on another thread, or twice");
        }
        if (outer == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(outer);
        }
        @Nullable GradientMode outermostMode = null;
        for (Scope scope = innermost; scope != null && scope != outer; scope = scope.outer) {
            scope.freeAll();
            outermostMode = scope.mode == null ? outermostMode : scope.mode;
        }
        if (outermostMode != null) {
            outermostMode.close();
        }
        if (innermost != this) {
            throw new IllegalStateException("scope: a scope inside this one was left open; it is closed now too");
        }
    }

    private void freeAll() {
        for (Memory memory : memories) {
            memory.scopeClosed(this);
        }
        memories.clear();
    }

    static @Nullable Scope current() {
        return CURRENT.get();
    }

    /** Returns whether operations on this thread build the graph; see {@link GradientMode}. */
    public static boolean tracksGradients() {
        return GradientMode.isOn();
    }

    @Nullable
    Scope outer() {
        return outer;
    }

    /** Returns whether this is {@code other} or was opened inside it. */
    boolean isWithin(Scope other) {
        @Nullable Scope scope = this;
        while (scope != null && scope != other) {
            scope = scope.outer;
        }
        return scope != null;
    }

    void register(Memory memory) {
        memories.add(memory);
    }
}
