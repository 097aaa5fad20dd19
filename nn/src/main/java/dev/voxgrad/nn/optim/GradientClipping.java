package dev.voxgrad.nn.optim;

import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.optim.GradientMath;

/** Limits gradients in place, before the optimizer's step. Parameters without a gradient are skipped. */
public final class GradientClipping {
    private GradientClipping() {}

    /**
     * Scales all gradients by the same factor, so that the L2 norm over all of them is at most {@code maxNorm}, like
     * {@code torch.nn.utils.clip_grad_norm_} (Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent
     * neural networks", 2013).
     *
     * @param parameters a parameter that is listed several times, as a tied weight may be, counts once
     * @param maxNorm at least 0; infinity measures the norm without scaling
     * @return the norm before scaling; if it is not finite, neither are the gradients afterwards
     * @throws IllegalArgumentException if {@code maxNorm} is NaN or negative
     */
    public static double clipNorm(Gradients gradients, Collection<Tensor> parameters, double maxNorm) {
        requireLimit("norm", maxNorm);
        List<TiedParameter> tied = TiedParameter.group(parameters);
        double sum = 0;
        for (TiedParameter parameter : tied) {
            if (parameter.hasGradient(gradients)) {
                sum += GradientMath.sumOfSquares(parameter.gradient(gradients));
            }
        }
        double norm = Math.sqrt(sum);
        double factor = Math.min(1, maxNorm / (norm + GradientMath.EPS));
        if (factor != 1) {
            forEach(gradients, tied, gradient -> GradientMath.scale(gradient, factor));
        }
        return norm;
    }

    /**
     * Limits every element of the gradients to [−limit, limit], like {@code torch.nn.utils.clip_grad_value_}.
     *
     * @throws IllegalArgumentException if {@code limit} is NaN or negative
     */
    public static void clipValue(Gradients gradients, Collection<Tensor> parameters, double limit) {
        requireLimit("value", limit);
        forEach(gradients, TiedParameter.group(parameters), gradient -> GradientMath.clamp(gradient, limit));
    }

    private static void requireLimit(String what, double limit) {
        if (!(limit >= 0)) {
            throw new IllegalArgumentException(
                    "gradient clipping: the largest " + what + " is " + limit + ", expected at least 0");
        }
    }

    private static void forEach(Gradients gradients, List<TiedParameter> parameters, Consumer<Tensor> change) {
        parameters.stream()
                .flatMap(parameter -> parameter.leaves().stream())
                .filter(gradients::has)
                .forEach(leaf -> change.accept(gradients.of(leaf)));
    }
}
