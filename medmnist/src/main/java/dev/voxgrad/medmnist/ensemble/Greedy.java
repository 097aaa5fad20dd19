package dev.voxgrad.medmnist.ensemble;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

/**
 * Selects models by forward selection with replacement (Caruana et al., Ensemble Selection from Libraries of Models,
 * ICML 2004): it starts with the best models, repeatedly adds the one that improves the ensemble most on validation,
 * and ends when none does. The number of times a model was picked is its weight.
 *
 * <p>A higher AUC is better; at the same AUC, a lower log-loss; if this is the same, too, the earlier model. Alone, it
 * overfits; {@link GuardedSelection} guards it.
 *
 * @param counts number of times each model was picked, (K)
 * @param picks sum of the counts
 * @param score of the ensemble on the split it was picked for
 */
record Greedy(List<Double> counts, int picks, Score score) {
    /** The maximum number of picks. It resolves weights to a few per cent, finer than 100 volumes can tell. */
    static final int MOST_PICKS = 50;

    /**
     * Represents the quality of an ensemble.
     *
     * @param auc in [0, 1]
     * @param logLoss in nats
     */
    record Score(double auc, double logLoss) {
        /** Differences below this are rounding: equal models have equal logits up to the last digits. */
        private static final double ROUNDING = 1e-12;

        boolean isBetterThan(@Nullable Score other) {
            return other == null || auc > other.auc || auc == other.auc && logLoss < other.logLoss - ROUNDING;
        }
    }

    /** Picks from all models, starting from an empty ensemble. */
    static Greedy fit(Ensemble validation) {
        return fit(validation, IntStream.range(0, validation.size()).toArray(), 0);
    }

    /**
     * Picks from some models.
     *
     * @param validation a split whose AUC is defined
     * @param candidates numbers of these models, in order
     * @param start the number of best models to start with; all, if there are fewer candidates
     */
    static Greedy fit(Ensemble validation, int[] candidates, int start) {
        Selection selection = new Selection(validation);
        for (int best : bestFirst(validation, candidates, start)) {
            selection.add(best);
        }
        while (selection.picks < MOST_PICKS && selection.addBest(candidates)) {
            continue;
        }
        return new Greedy(
                Arrays.stream(selection.counts).boxed().toList(),
                selection.picks,
                Objects.requireNonNull(selection.score));
    }

    private static int[] bestFirst(Ensemble validation, int[] candidates, int count) {
        if (count == 0) {
            return new int[0];
        }
        List<double[][]> logits = validation.logits();
        return Arrays.stream(candidates)
                .boxed()
                .sorted(Comparator.comparingDouble(k -> -validation.auc(logits.get(k))))
                .limit(count)
                .mapToInt(k -> k)
                .toArray();
    }

    /** Holds the sum of the logits of the picks so far, so that a candidate costs one addition. */
    private static final class Selection {
        private final Ensemble validation;
        private final List<double[][]> logits;
        private final double[] counts;
        private final double[][] sum;
        private int picks;
        private @Nullable Score score;

        Selection(Ensemble validation) {
            this.validation = validation;
            this.logits = validation.logits();
            this.counts = new double[logits.size()];
            this.sum = new double[logits.getFirst().length][logits.getFirst()[0].length];
        }

        void add(int model) {
            score = score(meanWith(model));
            double[][] more = logits.get(model);
            for (int i = 0; i < sum.length; i++) {
                for (int c = 0; c < sum[i].length; c++) {
                    sum[i][c] += more[i][c];
                }
            }
            counts[model]++;
            picks++;
        }

        /** Adds the model that improves the ensemble most; returns false if none does. */
        boolean addBest(int[] candidates) {
            int best = -1;
            Score bestScore = score;
            for (int candidate : candidates) {
                double[][] mean = meanWith(candidate);
                if (bestScore == null || validation.auc(mean) >= bestScore.auc) {
                    Score found = score(mean);
                    if (found.isBetterThan(bestScore)) {
                        best = candidate;
                        bestScore = found;
                    }
                }
            }
            if (best < 0) {
                return false;
            }
            add(best);
            return true;
        }

        private Score score(double[][] mean) {
            return new Score(validation.auc(mean), validation.logLoss(mean, 1));
        }

        /** Returns the logits of the ensemble with one more pick, (N, classes). */
        private double[][] meanWith(int model) {
            double[][] more = logits.get(model);
            double[][] mean = new double[sum.length][sum[0].length];
            for (int i = 0; i < sum.length; i++) {
                for (int c = 0; c < mean[i].length; c++) {
                    mean[i][c] = (sum[i][c] + more[i][c]) / (picks + 1);
                }
            }
            return mean;
        }
    }
}
