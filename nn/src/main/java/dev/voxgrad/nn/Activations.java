package dev.voxgrad.nn;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;

/**
 * Holds the activations of one forward pass that no layer takes as its input again, but that a layer may have kept
 * for another one. They are released when the outermost {@link Chain} is done.
 */
final class Activations {
    private static final ThreadLocal<@Nullable Activations> CURRENT = new ThreadLocal<>();

    private final List<Tensor> pending = new ArrayList<>();

    private Activations() {}

    /** Computes what a {@link Chain} makes of its input. */
    interface Pass {
        Tensor run(Tensor input, Activations activations);
    }

    /** Runs a pass as part of the pass of the {@link Chain} around it, if there is one. */
    static Tensor within(Tensor input, Pass pass) {
        Activations outer = CURRENT.get();
        if (outer != null) {
            return pass.run(input, outer);
        }
        Activations own = new Activations();
        CURRENT.set(own);
        Tensor result = null;
        try {
            result = pass.run(input, own);
            return result;
        } finally {
            CURRENT.remove();
            own.releaseAllBut(result);
        }
    }

    /** Releases an activation: now, or, if a layer may have kept it, at the end of the outermost pass. */
    void release(Tensor activation, boolean mayBeKept) {
        if (mayBeKept) {
            pending.add(activation);
        } else {
            activation.release();
        }
    }

    private void releaseAllBut(@Nullable Tensor result) {
        for (Tensor activation : pending) {
            if (activation != result) {
                activation.release();
            }
        }
    }
}
