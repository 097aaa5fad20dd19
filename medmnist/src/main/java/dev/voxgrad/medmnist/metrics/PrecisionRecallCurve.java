package dev.voxgrad.medmnist.metrics;

/**
 * Computes precision and recall for every threshold t, where samples that score t or more are called positive.
 *
 * <pre>
 * precision(t) = TP(t) / (TP(t) + FP(t))
 * recall(t)    = TP(t) / positives
 * </pre>
 *
 * <p>Source: Davis and Goadrich, "The relationship between precision-recall and ROC curves", ICML 2006.
 *
 * @param recall increasing, (T) for T distinct scores
 * @param precision (T)
 */
public record PrecisionRecallCurve(double[] recall, double[] precision) {
    /**
     * Returns the curve of n samples.
     *
     * @param positive whether each sample is positive, (n)
     * @param scores finite scores, (n)
     * @throws UndefinedMetricException if there are no positives
     */
    public static PrecisionRecallCurve of(boolean[] positive, double[] scores) {
        Ranking ranking = Ranking.of(positive, scores);
        if (ranking.positives() == 0) {
            throw new UndefinedMetricException("precision-recall curve is not defined: none of " + scores.length
                    + " samples is positive; expected at least one");
        }
        double[] recall = new double[ranking.size()];
        double[] precision = new double[ranking.size()];
        for (int t = 0; t < recall.length; t++) {
            int hits = ranking.truePositives()[t];
            recall[t] = (double) hits / ranking.positives();
            precision[t] = (double) hits / (hits + ranking.falsePositives()[t]);
        }
        return new PrecisionRecallCurve(recall, precision);
    }

    /**
     * Returns the average precision, {@code Σ (recall[t] − recall[t−1]) · precision[t]} with recall[−1] = 0: the area
     * under the steps, which, unlike the area by trapezoids, is not too optimistic. Source: Davis and Goadrich, as
     * above; scikit-learn's {@code average_precision_score} has the same definition.
     */
    public double averagePrecision() {
        double sum = 0;
        double before = 0;
        for (int t = 0; t < recall.length; t++) {
            sum += (recall[t] - before) * precision[t];
            before = recall[t];
        }
        return sum;
    }
}
