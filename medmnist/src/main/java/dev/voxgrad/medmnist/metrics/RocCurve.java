package dev.voxgrad.medmnist.metrics;

/**
 * Computes the receiver operating characteristic: for every threshold t, the shares of positives and of negatives that
 * score t or more.
 *
 * <pre>
 * truePositiveRate(t)  = TP(t) / positives
 * falsePositiveRate(t) = FP(t) / negatives
 * </pre>
 *
 * <p>The curve runs from (0, 0), where nothing is called positive, to (1, 1). Source: Fawcett, "An introduction to ROC
 * analysis", Pattern Recognition Letters 27, 861–874, 2006.
 *
 * @param falsePositiveRate increasing, (T + 1) for T distinct scores
 * @param truePositiveRate increasing, (T + 1)
 */
public record RocCurve(double[] falsePositiveRate, double[] truePositiveRate) {
    /**
     * Returns the curve of n samples.
     *
     * @param positive whether each sample is positive, (n)
     * @param scores finite scores, (n)
     * @throws UndefinedMetricException if there are no positives or no negatives
     */
    public static RocCurve of(boolean[] positive, double[] scores) {
        Ranking ranking = Ranking.of(positive, scores);
        if (ranking.positives() == 0 || ranking.negatives() == 0) {
            throw new UndefinedMetricException("ROC curve is not defined: " + ranking.positives() + " of "
                    + scores.length + " samples are positive; expected some that are and some that are not");
        }
        double[] falseRate = new double[ranking.size() + 1];
        double[] trueRate = new double[ranking.size() + 1];
        for (int t = 0; t < ranking.size(); t++) {
            falseRate[t + 1] = (double) ranking.falsePositives()[t] / ranking.negatives();
            trueRate[t + 1] = (double) ranking.truePositives()[t] / ranking.positives();
        }
        return new RocCurve(falseRate, trueRate);
    }

    /** Returns the area by trapezoids, which is the AUC of {@link Metrics}: equal scores make a slanted segment. */
    public double area() {
        double area = 0;
        for (int i = 1; i < falsePositiveRate.length; i++) {
            area += (falsePositiveRate[i] - falsePositiveRate[i - 1])
                    * (truePositiveRate[i] + truePositiveRate[i - 1])
                    / 2;
        }
        return area;
    }
}
