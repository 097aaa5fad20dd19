package dev.voxgrad.medmnist.ensemble;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.model.EnsembleWeights;

/**
 * Selects models by forward selection with replacement (Caruana et al., Ensemble Selection from Libraries of Models,
 * ICML 2004): starting from an empty ensemble, it repeatedly picks the model that improves the ensemble most on
 * validation, and keeps the number of picks that reaches the best score. The number of times a model was picked is its
 * weight.
 *
 * <p>A higher AUC is better; at the same AUC, a lower log-loss; if this is the same, too, fewer picks and the earlier
 * model.
 *
 * @param counts number of times each model was picked, (K)
 * @param picks sum of the counts
 * @param score of the ensemble on the split it was picked for
 */
record Greedy(List<Double> counts, int picks, Score score) {
    /** The number of picks that are tried. It resolves weights to a few per cent, finer than 100 volumes can tell. */
    static final int MOST_PICKS = 50;

    /**
     * Represents the quality of an ensemble.
     *
     * @param auc in [0, 1]
     * @param logLoss in nats
     */
    record Score(double auc, double logLoss) {
        boolean isBetterThan(@Nullable Score other) {
            return other == null || auc > other.auc || auc == other.auc && logLoss < other.logLoss;
        }
    }

    /** Picks models for a split whose AUC is defined. */
    static Greedy fit(Ensemble validation) {
        double[] counts = new double[validation.models().size()];
        Greedy best = null;
        for (int picks = 1; picks <= MOST_PICKS; picks++) {
            int pick = 0;
            Score score = null;
            for (int k = 0; k < counts.length; k++) {
                counts[k]++;
                Score candidate = score(validation, counts);
                counts[k]--;
                if (candidate.isBetterThan(score)) {
                    pick = k;
                    score = candidate;
                }
            }
            counts[pick]++;
            Objects.requireNonNull(score);
            if (best == null || score.isBetterThan(best.score)) {
                best = new Greedy(Arrays.stream(counts).boxed().toList(), picks, score);
            }
        }
        return Objects.requireNonNull(best);
    }

    /** Returns the score of an ensemble with these weights, (K). */
    static Score score(Ensemble validation, double[] weights) {
        double[][] logits = validation.logits(EnsembleWeights.uniform(validation.members())
                .times(Arrays.stream(weights).boxed().toList()));
        return new Score(validation.metrics(validation.probabilities(logits)).auc(), validation.logLoss(logits, 1));
    }
}
