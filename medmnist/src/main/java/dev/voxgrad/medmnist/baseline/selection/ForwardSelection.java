package dev.voxgrad.medmnist.baseline.selection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.baseline.model.Targets;

/**
 * Selects an ensemble by forward selection with replacement: it repeatedly adds the model that improves the mean of the
 * probabilities most, and keeps the number of models with the least loss. The share of the picks of a model is its
 * weight. Three guards keep it from fitting chance: it chooses among the best models only, starts from several of the
 * best instead of none (as many as have the least loss), and repeats itself in bags, whose weights are averaged.
 * Source: Caruana, Niculescu-Mizil, Crew and Ksikes, "Ensemble Selection from Libraries of Models", ICML 2004.
 *
 * <p>Their bags are random halves of thousands of models. With a dozen models, a bag without the best one would have to
 * make do with worse ones, so that each bag has all models here, and N volumes that are drawn with replacement
 * (Breiman, "Bagging predictors", Machine Learning 24, 123–140, 1996).
 */
final class ForwardSelection {
    /**
     * Says how models are selected.
     *
     * @param models number of the best models that are considered
     * @param picks number of models of an ensemble at most, each counted as often as it was picked
     * @param bags number of bags; 0 for one selection by all volumes
     * @param sortedStart whether a selection starts from several of the best models
     */
    record Settings(int models, int picks, int bags, boolean sortedStart) {
        /** The guarded form. */
        static final Settings GUARDED = new Settings(20, 30, 10, true);
        /** The form of auto-sklearn 0.10.0: 50 picks out of the 50 best models. Ties are left to chance there. */
        static final Settings AUTOSKLEARN = new Settings(50, 50, 0, false);
    }

    private final Settings settings;
    private final Criterion criterion;
    private final Targets targets;
    private final double[][][] predictions;

    /**
     * Prepares a selection.
     *
     * @param targets labels of the volumes
     * @param predictions of each model for the same volumes, (models, N, K)
     */
    ForwardSelection(Settings settings, Criterion criterion, Targets targets, double[][][] predictions) {
        this.settings = settings;
        this.criterion = criterion;
        this.targets = targets;
        this.predictions = predictions;
    }

    /** Returns the weight of each model, which add up to 1, (models). */
    double[] weights(long seed) {
        if (settings.bags() == 0) {
            return select();
        }
        double[] weights = new double[predictions.length];
        for (int bag = 0; bag < settings.bags(); bag++) {
            RandomStream random = new RandomStream(seed, 0, bag, RandomPurpose.BAGS);
            int[] volumes = IntStream.generate(() -> random.nextInt(targets.size()))
                    .limit(targets.size())
                    .toArray();
            double[] own = of(volumes).select();
            for (int m = 0; m < weights.length; m++) {
                weights[m] += own[m];
            }
        }
        return Arrays.stream(weights).map(sum -> sum / settings.bags()).toArray();
    }

    /** Returns the selection by these volumes. */
    private ForwardSelection of(int[] volumes) {
        double[][][] some = Arrays.stream(predictions)
                .map(model -> Arrays.stream(volumes).mapToObj(i -> model[i]).toArray(double[][]::new))
                .toArray(double[][][]::new);
        return new ForwardSelection(settings, criterion, targets.select(volumes), some);
    }

    /** Returns the numbers of the models that are considered, best first. */
    private List<Integer> best() {
        double[] losses = Arrays.stream(predictions)
                .mapToDouble(model -> criterion.loss(targets, model))
                .toArray();
        return IntStream.range(0, losses.length)
                .boxed()
                .sorted(Comparator.comparingDouble(m -> losses[m])) // stable: of equal ones, the first
                .limit(settings.models())
                .toList();
    }

    private double[] select() {
        List<Integer> models = best();
        Ensemble least = settings.sortedStart() ? sortedStart(models) : bestWith(new Ensemble(), models);
        Ensemble ensemble = least;
        while (ensemble.picks.size() < settings.picks()) {
            ensemble = bestWith(ensemble, models);
            least = better(least, ensemble);
        }
        return least.weights();
    }

    /** Returns as many of the best models as have the least loss together. */
    private Ensemble sortedStart(List<Integer> models) {
        Ensemble ensemble = new Ensemble().with(models.getFirst());
        Ensemble least = ensemble;
        for (int model : models.subList(1, models.size())) {
            ensemble = ensemble.with(model);
            least = better(least, ensemble);
        }
        return least;
    }

    private static Ensemble bestWith(Ensemble ensemble, List<Integer> models) {
        Ensemble best = ensemble.with(models.getFirst());
        for (int model : models.subList(1, models.size())) {
            best = better(best, ensemble.with(model));
        }
        return best;
    }

    /** Returns the ensemble with the smaller loss; the first one if there is no difference. */
    private static Ensemble better(Ensemble first, Ensemble second) {
        return second.loss < first.loss ? second : first;
    }

    /** Represents picked models and the sum of their probabilities. */
    private final class Ensemble {
        private final List<Integer> picks;
        private final double[][] sums;
        private final double loss;

        Ensemble() {
            this(List.of(), new double[targets.size()][targets.classes()]);
        }

        private Ensemble(List<Integer> picks, double[][] sums) {
            this.picks = picks;
            this.sums = sums;
            this.loss = picks.isEmpty() ? Double.POSITIVE_INFINITY : criterion.loss(targets, means());
        }

        private double[][] means() {
            double[][] means = new double[sums.length][targets.classes()];
            for (int i = 0; i < means.length; i++) {
                for (int c = 0; c < means[i].length; c++) {
                    means[i][c] = sums[i][c] / picks.size();
                }
            }
            return means;
        }

        Ensemble with(int model) {
            double[][] next = new double[sums.length][targets.classes()];
            for (int i = 0; i < next.length; i++) {
                for (int c = 0; c < next[i].length; c++) {
                    next[i][c] = sums[i][c] + predictions[model][i][c];
                }
            }
            List<Integer> all = new ArrayList<>(picks);
            all.add(model);
            return new Ensemble(all, next);
        }

        double[] weights() {
            double[] counts = new double[predictions.length];
            picks.forEach(model -> counts[model]++);
            return Arrays.stream(counts).map(count -> count / picks.size()).toArray();
        }
    }

    /** Returns the weighted mean of predictions for a volume, (K). */
    static double[] mean(double[] weights, double[][][] predictions, int volume) {
        double[] mean = new double[predictions[0][volume].length];
        for (int m = 0; m < weights.length; m++) {
            for (int c = 0; c < mean.length; c++) {
                mean[c] = Math.min(1, mean[c] + weights[m] * predictions[m][volume][c]);
            }
        }
        return mean;
    }
}
