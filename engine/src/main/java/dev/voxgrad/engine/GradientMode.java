package dev.voxgrad.engine;

import org.jspecify.annotations.Nullable;

/**
 * Switches gradient tracking off, or on again, for a block of code: PyTorch's {@code no_grad} and {@code enable_grad}.
 * The lifetime of tensors is a separate matter, that of {@link Scope}: a tensor made inside the block belongs to the
 * scope around it and can be used after the block.
 *
 * <pre>{@code
 * try (Scope _ = Scope.open()) {
 *     Tensor target;
 *     try (GradientMode _ = GradientMode.off()) {
 *         target = teacher.forward(x).softmax(); // costs no memory for a backward pass
 *     }
 *     Gradients gradients = distance(student.forward(x), target).backward();
 * }
 * }</pre>
 *
 * <p>Blocks nest, and belong to the thread that opens them. Each thread starts with tracking on.
 */
public final class GradientMode implements AutoCloseable {
    private static final ThreadLocal<GradientMode> CURRENT = new ThreadLocal<>();

    private final @Nullable GradientMode outer;
    private final boolean tracking;

    private GradientMode(boolean tracking) {
        this.outer = CURRENT.get();
        this.tracking = tracking;
        CURRENT.set(this);
    }

    /** Stops tracking gradients until the block is closed. */
    public static GradientMode off() {
        return new GradientMode(false);
    }

    /** Tracks gradients until the block is closed, also inside {@link #off} and {@link Scope#withoutGradients}. */
    public static GradientMode on() {
        return new GradientMode(true);
    }

    /** Returns whether operations on this thread build the graph that {@code backward} needs. */
    public static boolean isOn() {
        GradientMode mode = CURRENT.get();
        return mode == null || mode.tracking;
    }

    /**
     * Restores the mode that was in force before the block.
     *
     * @throws IllegalStateException if this block is not open on this thread; also if a block inside it was left open,
     *     after closing both
     */
    @Override
    public void close() {
        GradientMode innermost = CURRENT.get();
        if (!isOpenBelow(innermost)) {
            throw new IllegalStateException("gradient mode: closed on another thread, or twice");
        }
        if (outer == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(outer);
        }
        if (innermost != this) {
            throw new IllegalStateException(
                    "gradient mode: a block inside this one was left open; it is closed now too");
        }
    }

    private boolean isOpenBelow(@Nullable GradientMode innermost) {
        @Nullable GradientMode mode = innermost;
        while (mode != null && mode != this) {
            mode = mode.outer;
        }
        return mode != null;
    }
}
