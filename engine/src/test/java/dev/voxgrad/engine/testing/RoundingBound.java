package dev.voxgrad.engine.testing;

import java.util.stream.DoubleStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Computes error bounds that hold for any operands and any order of summation. u = 2⁻²⁴ is the unit roundoff and γₙ =
 * n·u/(1 − n·u). A sum that is computed with up to n roundings between any operand and the result has an error of up to
 * γₙ·Σ|term|, element by element (Higham, "Accuracy and Stability of Numerical Algorithms", 2nd ed., lemma 3.1 and
 * section 3.1).
 */
public final class RoundingBound {
    private static final double UNIT = 0x1p-24;

    private RoundingBound() {}

    /** Returns the bound for sums of terms of these magnitudes, that many roundings, and one for the reference. */
    public static double[] of(int roundings, double[] magnitudes) {
        double product = (roundings + 1) * UNIT;
        double gamma = product / (1 - product);
        return DoubleStream.of(magnitudes).map(value -> gamma * value).toArray();
    }

    /** Returns |values|. */
    public static double[] magnitudes(double[] values) {
        return DoubleStream.of(values).map(Math::abs).toArray();
    }

    /**
     * Returns the largest |actual − expected| / bound; if the bound is 0, both must be equal. NaN counts as infinite.
     */
    public static double worst(double[] actual, double[] expected, double[] bound) {
        assertThat(actual.length).isEqualTo(expected.length).isEqualTo(bound.length);
        double worst = 0;
        for (int i = 0; i < actual.length; i++) {
            double error = Math.abs(actual[i] - expected[i]);
            if (!(error <= bound[i])) {
                worst = Math.max(
                        worst,
                        bound[i] > 0 && error < Double.POSITIVE_INFINITY ? error / bound[i] : Double.POSITIVE_INFINITY);
            } else if (error > 0) {
                worst = Math.max(worst, error / bound[i]);
            }
        }
        return worst;
    }
}
