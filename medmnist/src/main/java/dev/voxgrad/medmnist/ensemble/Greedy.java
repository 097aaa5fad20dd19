package dev.voxgrad.medmnist.ensemble;

import java.util.List;

/**
 * Forward selection with replacement (Caruana et al., Ensemble Selection from Libraries of Models, ICML 2004): from an
 * empty ensemble, it picks again and again the model with which the ensemble does best on validation, and keeps the
 * beginning of the picks that does best of all. How often a model was picked is its weight.
 *
 * <p>Better is a higher AUC; of equal ones, a lower log-loss; of equal ones again, fewer picks and the earlier model.
 *
 * @param counts how often each model was picked, (K)
 * @param picks their sum
 * @param score of the ensemble on the split it was picked for
 */
record Greedy(List<Double> counts, int picks, Score score) {
    /** Picks that are tried. A weight is then known to a few per cent, which is more than 100 volumes can tell. */
    static final int MOST_PICKS = 50;

    /**
     * What is compared.
     *
     * @param auc in [0, 1]
     * @param logLoss in nats
     */
    record Score(double auc, double logLoss) {
        boolean isBetterThan(Score other) {
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
            if (best == null || score.isBetterThan(best.score)) {
                best = new Greedy(EnsembleWeights.list(counts), picks, score);
            }
        }
        return best;
    }

    /** Of an ensemble with these weights, (K). */
    static Score score(Ensemble validation, double[] weights) {
        double[][] logits =
                validation.logits(EnsembleWeights.uniform(validation.members()).times(EnsembleWeights.list(weights)));
        return new Score(validation.metrics(validation.probabilities(logits)).auc(), validation.logLoss(logits, 1));
    }
}
