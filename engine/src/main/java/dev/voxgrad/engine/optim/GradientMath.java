package dev.voxgrad.engine.optim;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Storage;

/** Measures and limits gradients on their device; changes are made in place. */
public final class GradientMath {
    /** Added to a norm before dividing by it, as in PyTorch. */
    public static final double EPS = 1e-6;

    private GradientMath() {}

    /**
     * Returns the L2 norm of each gradient, a tensor (number of gradients). A norm is finite if all values of its
     * gradient are.
     */
    public static Tensor norms(List<Tensor> gradients) {
        Tensor norms = Tensor.empty(gradients.getFirst().device(), Shape.of(gradients.size()), Layout.ROW_MAJOR);
        GradientKernels.on(norms.device()).norms(gradients, norms);
        return norms;
    }

    /**
     * Scales all gradients by the same factor, so that the L2 norm over all of them is at most {@code maxNorm}, like
     * {@code torch.nn.utils.clip_grad_norm_}. The norm stays on the device, so that nothing waits for it.
     *
     * @param gradients gradients that share memory, such as those of a tied weight that is listed twice, count once
     * @param maxNorm at least 0; infinity leaves the gradients unchanged
     * @throws IllegalArgumentException if {@code maxNorm} is NaN or negative
     */
    public static void clipNorm(List<Tensor> gradients, double maxNorm) {
        Settings.requireLimit("clipNorm", "the largest norm", maxNorm);
        Set<Storage> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Tensor> distinct = gradients.stream()
                .filter(gradient -> seen.add(gradient.storage()))
                .toList();
        GradientKernels.on(distinct.getFirst().device()).clipNorm(distinct, maxNorm);
        distinct.forEach(gradient -> gradient.storage().written());
    }

    /** Returns Σ g², summed in double. */
    public static double sumOfSquares(Tensor gradient) {
        return GradientKernels.on(gradient.device()).sumOfSquares(gradient);
    }

    /** Computes g = factor·g in place. */
    public static void scale(Tensor gradient, double factor) {
        GradientKernels.on(gradient.device()).scale(gradient, factor);
        gradient.storage().written();
    }

    /**
     * Computes g = min(max(g, −limit), limit) in place; NaN stays NaN.
     *
     * @throws IllegalArgumentException if {@code limit} is NaN or negative
     */
    public static void clamp(Tensor gradient, double limit) {
        Settings.requireLimit("clamp", "the limit", limit);
        GradientKernels.on(gradient.device()).clamp(gradient, limit);
        gradient.storage().written();
    }
}
