package dev.voxgrad.medmnist.metrics;

/**
 * Computes the Matthews correlation of true and predicted classes, for any number K of classes.
 *
 * <pre>
 * R_K = (c·s − Σₖ pₖ·tₖ) / √((s² − Σₖ pₖ²) · (s² − Σₖ tₖ²))
 * </pre>
 *
 * <p>for s samples, of which c are predicted correctly, pₖ predicted as class k, and tₖ truly of class k. It is 1 if
 * all are correct, 0 on average for guesses, and for two classes equals Matthews' coefficient of 1975. Source:
 * Gorodkin, "Comparing two K-category assignments by a K-category correlation coefficient", Computational Biology and
 * Chemistry 28, 367–374, 2004.
 */
public final class MatthewsCorrelation {
    private MatthewsCorrelation() {}

    /**
     * Returns the correlation in [−1, 1].
     *
     * @param counts (K, K): rows are true classes, columns predicted ones
     * @return 0 if all samples, or all predictions, are of one class, since the formula gives 0/0 then
     */
    public static double of(int[][] counts) {
        double right = 0;
        double samples = 0;
        double products = 0;
        double predictedSquares = 0;
        double trueSquares = 0;
        for (int k = 0; k < counts.length; k++) {
            double predicted = 0;
            double truly = 0;
            for (int other = 0; other < counts.length; other++) {
                truly += counts[k][other];
                predicted += counts[other][k];
            }
            right += counts[k][k];
            samples += truly;
            products += predicted * truly;
            predictedSquares += predicted * predicted;
            trueSquares += truly * truly;
        }
        double variances = (samples * samples - predictedSquares) * (samples * samples - trueSquares);
        return variances == 0 ? 0 : (right * samples - products) / Math.sqrt(variances);
    }
}
