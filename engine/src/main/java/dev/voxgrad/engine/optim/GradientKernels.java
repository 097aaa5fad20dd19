package dev.voxgrad.engine.optim;

import java.util.List;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/** Declares the kernels of {@link GradientMath}. */
interface GradientKernels {
    /** Returns Σ g². */
    double sumOfSquares(Tensor gradient);

    /** Multiplies the gradient by a factor, in place. */
    void scale(Tensor gradient, double factor);

    /** Limits every element of the gradient to [−limit, limit], in place. */
    void clamp(Tensor gradient, double limit);

    /** Writes the L2 norm of each gradient into a tensor (number of gradients). */
    default void norms(List<Tensor> gradients, Tensor output) {
        double[] norms = new double[gradients.size()];
        for (int i = 0; i < norms.length; i++) {
            norms[i] = Math.sqrt(sumOfSquares(gradients.get(i)));
        }
        output.device().write(norms, output.storage());
    }

    /** Scales all gradients by one factor, min(1, maxNorm / (their common norm + {@link GradientMath#EPS})). */
    default void clipNorm(List<Tensor> gradients, double maxNorm) {
        double sum = 0;
        for (Tensor gradient : gradients) {
            sum += sumOfSquares(gradient);
        }
        double factor = Math.min(1, maxNorm / (Math.sqrt(sum) + GradientMath.EPS));
        if (factor != 1) {
            gradients.forEach(gradient -> scale(gradient, factor));
        }
    }

    /** Returns the kernels for this device. */
    static GradientKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new GradientCpu(cpu);
            case CudaDevice cuda -> new GradientCuda(cuda);
            case ReferenceDevice reference -> new GradientReference();
        };
    }
}
