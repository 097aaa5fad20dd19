package dev.voxgrad.engine.optim;

import java.util.List;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;

/** What gradient clipping needs of a device; the updates are in place. */
public final class GradientMath {
    /** Added to a norm before dividing by it, as in PyTorch. */
    public static final double EPSILON = 1e-6;

    private GradientMath() {}

    /**
     * The L2 norm of each gradient: a tensor (number of gradients). It is finite where all numbers of the gradient are.
     */
    public static Tensor norms(List<Tensor> gradients) {
        Tensor norms = Tensor.empty(gradients.getFirst().device(), Shape.of(gradients.size()), Layout.ROW_MAJOR);
        GradientKernels.on(norms.device()).norms(gradients, norms);
        return norms;
    }

    /**
     * Scales all gradients by one factor so that the L2 norm over all of them is at most {@code maxNorm}, as
     * {@code torch.nn.utils.clip_grad_norm_}. The norm stays on the device, so that nothing waits for it.
     *
     * @param gradients no two in the same memory
     */
    public static void clipNorm(List<Tensor> gradients, double maxNorm) {
        GradientKernels.on(gradients.getFirst().device()).clipNorm(gradients, maxNorm);
    }

    /** Σ g², summed in double precision. */
    public static double sumOfSquares(Tensor gradient) {
        return GradientKernels.on(gradient.device()).sumOfSquares(gradient);
    }

    /** g = factor·g. */
    public static void scale(Tensor gradient, double factor) {
        GradientKernels.on(gradient.device()).scale(gradient, factor);
    }

    /** g = min(max(g, −limit), limit); NaN stays NaN. */
    public static void clamp(Tensor gradient, double limit) {
        GradientKernels.on(gradient.device()).clamp(gradient, limit);
    }
}
