package dev.voxgrad.nn.optim;

import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Consumer;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Storage;
import dev.voxgrad.engine.optim.GradientMath;

/** Limits gradients in place, before the optimiser's step. Parameters without a gradient are passed over. */
public final class GradientClipping {
    private GradientClipping() {}

    /**
     * Scales all gradients by one factor so that the L2 norm over all of them is at most {@code maxNorm}, as
     * {@code torch.nn.utils.clip_grad_norm_} (Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent
     * neural networks", 2013).
     *
     * @return the norm before scaling; where it is not finite, neither are the gradients afterwards
     */
    public static double clipNorm(Gradients gradients, Collection<Tensor> parameters, double maxNorm) {
        double sum = 0;
        for (Tensor parameter : parameters) {
            sum += gradients.has(parameter) ? GradientMath.sumOfSquares(gradients.of(parameter)) : 0;
        }
        double norm = Math.sqrt(sum);
        double factor = Math.min(1, maxNorm / (norm + GradientMath.EPSILON));
        if (factor != 1) {
            forEachOnce(gradients, parameters, gradient -> GradientMath.scale(gradient, factor));
        }
        return norm;
    }

    /** Moves every element of the gradients into [−limit, limit], as {@code torch.nn.utils.clip_grad_value_}. */
    public static void clipValue(Gradients gradients, Collection<Tensor> parameters, double limit) {
        forEachOnce(gradients, parameters, gradient -> GradientMath.clamp(gradient, limit));
    }

    /** Two leaves of one sum share the memory of their gradients: changed in place, it must be changed once. */
    private static void forEachOnce(Gradients gradients, Collection<Tensor> parameters, Consumer<Tensor> change) {
        Set<Storage> changed = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Tensor parameter : parameters) {
            if (gradients.has(parameter) && changed.add(gradients.of(parameter).storage())) {
                change.accept(gradients.of(parameter));
            }
        }
    }
}
