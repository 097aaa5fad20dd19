package dev.voxgrad.medmnist.ensemble;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;

/**
 * Selects models as {@link Greedy} does, with guards against overfitting.
 *
 * <p>Two are Caruana's (Caruana et al., Ensemble Selection from Libraries of Models, ICML 2004, section 2): it selects
 * from random halves of the models (bags) instead of from all, and each selection starts with the best models of its
 * half. A model's weight is the mean over the bags of the share of picks that it got.
 *
 * <p>These alone do little if no model is better than another: they lower the AUC that selection among 30 useless models
 * finds on 98 volumes from 0.79 to 0.74, where the truth is 0.5. So there is a third: the selection is kept only if it
 * is better than equal weights on volumes that it was not fitted to, by more than the standard error of the difference
 * (Breiman et al., Classification and Regression Trees, 1984, section 3.4.3: the simplest within one standard error).
 *
 * <pre>
 * d[r,f] = AUC of the selection, fitted without fold f of cut r, on fold f  −  AUC of equal weights on fold f
 * d      = mean of all d[r,f]
 * s²     = mean over cuts r of  (variance of d[r,·] over its folds, with folds − 1 in the denominator) / folds
 * kept     if d &gt; s
 * </pre>
 *
 * <p>s treats folds as independent, which they are not quite; there is no unbiased estimate (Bengio and Grandvalet,
 * JMLR 5, 2004).
 *
 * @param weights one per model, summing to 1
 * @param gain d; NaN if it cannot be computed
 * @param error s; NaN if it cannot be computed
 */
record GuardedSelection(List<Double> weights, boolean kept, double gain, double error) {
    /** The number of cuts into folds. */
    static final int CUTS = 2;

    private static final int PURPOSE = RandomPurpose.named("ensemble bags", 0);

    /** Selects models for a split whose AUC is defined. */
    static GuardedSelection fit(Ensemble validation, SelectionSettings settings) {
        return fit(validation, settings, ValidationFolds.FOLDS, CUTS);
    }

    static GuardedSelection fit(Ensemble validation, SelectionSettings settings, int most, int cuts) {
        ValidationFolds folds = ValidationFolds.of(validation, most, cuts, settings.seed());
        List<List<Double>> differences = new ArrayList<>();
        for (int c = 0; c < cuts; c++) {
            int cut = c;
            differences.add(folds.parts().stream()
                    .filter(part -> part.cut() == cut)
                    .map(part -> difference(part, settings))
                    .toList());
        }
        double gain = mean(differences.stream().flatMap(List::stream).toList());
        double error = Math.sqrt(
                mean(differences.stream().map(GuardedSelection::varianceOfMean).toList()));
        boolean kept = gain > error;
        return new GuardedSelection(kept ? bagged(validation, settings) : equal(validation.size()), kept, gain, error);
    }

    private static double difference(ValidationFolds.Part part, SelectionSettings settings) {
        Ensemble scored = part.scored();
        return scored.auc(scored.mean(bagged(part.fitted(), settings))) - scored.auc(scored.mean(equal(scored.size())));
    }

    private static List<Double> equal(int models) {
        return Collections.nCopies(models, 1.0 / models);
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(value -> value).average().orElse(Double.NaN);
    }

    /** Returns the variance of the mean of some values; NaN for fewer than two. */
    private static double varianceOfMean(List<Double> values) {
        double mean = mean(values);
        double sum = values.stream()
                .mapToDouble(value -> (value - mean) * (value - mean))
                .sum();
        return values.size() < 2 ? Double.NaN : sum / (values.size() - 1) / values.size();
    }

    /** Returns the mean selection over bags of half of the models, (K). */
    static List<Double> bagged(Ensemble validation, SelectionSettings settings) {
        int models = validation.size();
        double[] weights = new double[models];
        for (int bag = 0; bag < settings.bags(); bag++) {
            int[] half = new RandomStream(settings.seed(), 0, bag, PURPOSE).permutation(models);
            half = Arrays.copyOf(half, (models + 1) / 2);
            Arrays.sort(half);
            Greedy greedy = Greedy.fit(validation, half, settings.best());
            for (int k = 0; k < models; k++) {
                weights[k] += greedy.counts().get(k) / greedy.picks() / settings.bags();
            }
        }
        return Arrays.stream(weights).boxed().toList();
    }

    /** Returns how the weights were found, and whether the selection was kept, in sentences. */
    String account() {
        if (Double.isNaN(error)) {
            return "A class has too few volumes to check the selection: all models get the same weight.";
        }
        return String.format(
                Locale.ROOT,
                "On volumes that it was not fitted to, selection changes the AUC of equal weights%n"
                        + "by %+.4f (standard error %.4f), %s",
                gain,
                error,
                kept ? "so it is kept." : "no clear gain: all models get the same weight.");
    }
}
