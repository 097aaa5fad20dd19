package dev.voxgrad.medmnist.search.strategy;

import java.util.Comparator;

/**
 * Contains the figures that trials are compared by at a rung; the smallest score is the best one.
 *
 * @param auc the best validation AUC of all epochs so far; not a number counts as the worst
 * @param logLoss the validation log-loss of that epoch, which decides between equal AUCs; not a number counts as the
 *     worst
 */
public record Score(double auc, double logLoss) implements Comparable<Score> {
    // Double.compare puts NaN above all numbers, so both figures are turned such that less is better.
    private static final Comparator<Score> BEST_FIRST =
            Comparator.<Score>comparingDouble(score -> -score.auc).thenComparingDouble(score -> score.logLoss);

    @Override
    public int compareTo(Score other) {
        return BEST_FIRST.compare(this, other);
    }
}
