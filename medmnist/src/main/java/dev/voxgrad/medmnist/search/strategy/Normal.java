package dev.voxgrad.medmnist.search.strategy;

/** Computes the standard normal distribution. */
final class Normal {
    private static final double ROOT_OF_2_PI = Math.sqrt(2 * Math.PI);
    private static final double[] COEFFICIENTS = {0.319381530, -0.356563782, 1.781477937, -1.821255978, 1.330274429};

    private Normal() {}

    /** Returns the density at x. */
    static double density(double x) {
        return StrictMath.exp(-x * x / 2) / ROOT_OF_2_PI;
    }

    /**
     * Returns the probability of values up to x, with an error below 7.5e-8 (Abramowitz and Stegun, "Handbook of
     * Mathematical Functions", 26.2.17).
     */
    static double cumulative(double x) {
        double t = 1 / (1 + 0.2316419 * Math.abs(x));
        double sum = 0;
        for (int i = COEFFICIENTS.length - 1; i >= 0; i--) {
            sum = t * (COEFFICIENTS[i] + sum);
        }
        double above = density(x) * sum;
        return x < 0 ? above : 1 - above;
    }
}
