package dev.voxgrad.medmnist.metrics;

/**
 * Matthews correlation of true and predicted classes, for any number K of classes.
 *
 * <pre>
 * R_K = (c·s − Σₖ pₖ·tₖ) / √((s² − Σₖ pₖ²) · (s² − Σₖ tₖ²))
 * </pre>
 *
 * <p>for s samples, c of them right, pₖ predicted as class k and tₖ truly of it. It is 1 if all are right, 0 on average
 * for guesses, and for two classes equals Matthews' coefficient of 1975. Source: Gorodkin, "Comparing two K-category
 * assignments by a K-category correlation coefficient", Computational Biology and Chemistry 28, 367–374, 2004.
 */
public final class MatthewsCorrelation {
    private MatthewsCorrelation() {}

    /**
     * The correlation in [−1, 1].
     *
     * @param counts (K, K): row is the true class, column the predicted one
     * @return 0 where all samples are of one class, or all predictions: the formula gives 0/0 there
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
