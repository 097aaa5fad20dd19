package dev.voxgrad.medmnist.metrics;

/**
 * Computes 95 % intervals from a figure and the numbers of volumes alone, where the scores themselves are not kept;
 * {@link Bootstrap} is the better choice where they are.
 */
public final class FormulaIntervals {
    /** The quantile of the standard normal distribution at 0.975. */
    private static final double Z = 1.959963984540054;

    private FormulaIntervals() {}

    /**
     * Returns the interval of a share p of n volumes (Wilson, JASA 22, 1927):
     * {@code (p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n)}.
     */
    public static Bootstrap.Interval ofShare(double share, int volumes) {
        double z2 = Z * Z / volumes;
        double middle = share + z2 / 2;
        double half = Z * Math.sqrt((share * (1 - share) + z2 / 4) / volumes);
        return new Bootstrap.Interval((middle - half) / (1 + z2), (middle + half) / (1 + z2));
    }

    /**
     * Returns the interval {@code A ± z·s} of an AUC A of two classes, cut to 0 and 1, with the standard error s of
     * Hanley and McNeil (Radiology 143, 1982):
     *
     * <pre>
     * s² = (A(1 − A) + (p − 1)(A/(2 − A) − A²) + (q − 1)(2A²/(1 + A) − A²)) / pq
     * </pre>
     *
     * @param positives p, above zero
     * @param negatives q, above zero
     */
    public static Bootstrap.Interval ofAuc(double auc, int positives, int negatives) {
        double square = auc * auc;
        double variance = (auc * (1 - auc)
                        + (positives - 1) * (auc / (2 - auc) - square)
                        + (negatives - 1) * (2 * square / (1 + auc) - square))
                / ((double) positives * negatives);
        double half = Z * Math.sqrt(variance);
        return new Bootstrap.Interval(Math.max(0, auc - half), Math.min(1, auc + half));
    }
}
