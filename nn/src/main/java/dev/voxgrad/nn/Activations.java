package dev.voxgrad.nn;

import java.util.ArrayList;
import java.util.List;

import dev.voxgrad.engine.Tensor;

/**
 * The activations of one forward pass that no layer takes as its input any more, but that a layer may have kept for
 * another one: they are released when the outermost {@link Sequential} is done.
 */
final class Activations {
    private static final ThreadLocal<Activations> CURRENT = new ThreadLocal<>();

    private final List<Tensor> pending = new ArrayList<>();

    private Activations() {}

    /** What a {@link Sequential} does with its input. */
    interface Pass {
        Tensor run(Tensor input, Activations activations);
    }

    /** Runs a pass, within that of the {@link Sequential} around it if there is one. */
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

    /** Releases an activation: now, or, where a layer may have kept it, at the end of the pass. */
    void release(Tensor activation, boolean mayBeKept) {
        if (mayBeKept) {
            pending.add(activation);
        } else {
            activation.release();
        }
    }

    private void releaseAllBut(Tensor result) {
        for (Tensor activation : pending) {
            if (activation != result) {
                activation.release();
            }
        }
    }
}
