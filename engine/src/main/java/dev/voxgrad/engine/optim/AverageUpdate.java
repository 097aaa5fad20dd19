package dev.voxgrad.engine.optim;

import dev.voxgrad.engine.Tensor;

/**
 * Performs one step of an exponential moving average.
 *
 * <pre>
 * a = δ·a + (1 − δ)·p
 *
 * computed as a + (1 − δ)·(p − a)   for δ ≥ ½: a stays unchanged where p equals it
 *             p + δ·(a − p)         for δ &lt; ½: δ = 0 copies p to the bit
 * </pre>
 *
 * <p>In the first form, δ and 1 − δ rounded to float32 would not add up to 1, and the average of equal values would
 * drift away from them by up to 2⁻²⁵/(1 − δ) of their size: 3·10⁻⁴ for δ = 0.9999.
 *
 * @param decay δ, at least 0 and less than 1
 */
public record AverageUpdate(double decay) {
    public AverageUpdate {
        if (!(decay >= 0 && decay < 1)) {
            throw new IllegalArgumentException("average: decay is " + decay + ", expected at least 0 and less than 1");
        }
    }

    /**
     * Updates {@code average} (a) in place; {@code value} (p) is not changed.
     *
     * @throws dev.voxgrad.engine.ShapeException if they differ in shape
     */
    public void apply(Tensor average, Tensor value) {
        SameForm.require("average", average, "value", value);
        AverageKernels.on(average.device()).step(average, value, decay);
        average.written();
    }
}
