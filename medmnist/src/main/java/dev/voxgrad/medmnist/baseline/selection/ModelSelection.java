package dev.voxgrad.medmnist.baseline.selection;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.baseline.model.Targets;

/**
 * Chooses models by the training split alone: every candidate predicts volumes that it was not fitted to, and
 * {@link ForwardSelection} finds the ensemble with the best predictions.
 *
 * <p>Since the ensemble is selected by these predictions, its figures flatter it a little. The cross-fitted figures do
 * not: for each fold, an ensemble is selected by the volumes of the other folds. Nothing here can depend on val or
 * test, which {@link TrainingData} does not contain.
 */
public final class ModelSelection {
    private final TrainingData data;
    private final Resampling resampling;
    private final Criterion criterion;
    private final ForwardSelection.Settings settings;
    private final long seed;

    private ModelSelection(
            TrainingData data,
            Resampling resampling,
            Criterion criterion,
            ForwardSelection.Settings settings,
            long seed) {
        this.data = data;
        this.resampling = resampling;
        this.criterion = criterion;
        this.settings = settings;
        this.seed = seed;
    }

    /**
     * Returns a selection by a protocol.
     *
     * @param folds number of folds; for {@link Protocol#DEFAULT} only
     * @param seed of folds, models and bags
     */
    public static ModelSelection of(TrainingData data, Protocol protocol, int folds, long seed) {
        return switch (protocol) {
            case DEFAULT ->
                new ModelSelection(
                        data,
                        Resampling.folds(data.targets(), folds, seed),
                        Criterion.LOG_LOSS,
                        ForwardSelection.Settings.GUARDED,
                        seed);
            case AUTOSKLEARN ->
                new ModelSelection(
                        data,
                        Resampling.holdout(data.targets(), seed),
                        Criterion.ACCURACY,
                        ForwardSelection.Settings.AUTOSKLEARN,
                        seed);
        };
    }

    /**
     * Tries the candidates, and chooses.
     *
     * @param threads number of threads; the choice does not depend on it
     */
    public Choice choose(List<Candidate> candidates, Budget budget, int threads, SelectionProgress progress) {
        List<OutOfFold.Predictions> tried =
                new OutOfFold(data, resampling, seed, threads, progress).evaluate(candidates, budget);
        int[] numbers = resampling.predicted();
        double[][][] predictions =
                tried.stream().map(OutOfFold.Predictions::probabilities).toArray(double[][][]::new);
        double[] weights = select(predictions, numbers);
        double[][] ensemble = means(weights, predictions);
        boolean isWhole = numbers.length == data.targets().size();
        return new Choice(
                resampling,
                tried.stream().map(model -> result(model, numbers)).toList(),
                tried.stream().map(OutOfFold.Predictions::candidate).toList(),
                IntStream.range(0, weights.length)
                        .filter(m -> weights[m] > 0)
                        .mapToObj(m -> new ChosenModel(m, weights[m]))
                        .toList(),
                data.figures(numbers, ensemble),
                isWhole ? crossFitted(predictions) : null,
                isWhole ? Optional.of(ensemble) : Optional.empty());
    }

    private CandidateResult result(OutOfFold.Predictions tried, int[] numbers) {
        return new CandidateResult(
                tried.candidate().features(),
                tried.candidate().model().text(),
                data.figures(numbers, tried.probabilities()),
                tried.seconds());
    }

    /** Returns the weight of each model for the volumes with these numbers. */
    private double[] select(double[][][] predictions, int[] numbers) {
        Targets targets = data.targets().select(numbers);
        return new ForwardSelection(settings, criterion, targets, predictions).weights(seed);
    }

    private static double[][] means(double[] weights, double[][][] predictions) {
        return IntStream.range(0, predictions[0].length)
                .mapToObj(i -> ForwardSelection.mean(weights, predictions, i))
                .toArray(double[][]::new);
    }

    private @Nullable Figures crossFitted(double[][][] predictions) {
        List<Integer> numbers = new ArrayList<>();
        List<double[]> rows = new ArrayList<>();
        for (Resampling.Part part : resampling.parts()) {
            double[][][] others = new double[predictions.length][part.fitted().length][];
            for (int m = 0; m < others.length; m++) {
                for (int i = 0; i < others[m].length; i++) {
                    others[m][i] = predictions[m][part.fitted()[i]];
                }
            }
            double[] weights = select(others, part.fitted());
            for (int number : part.predicted()) {
                numbers.add(number);
                rows.add(ForwardSelection.mean(weights, predictions, number));
            }
        }
        return data.figures(numbers.stream().mapToInt(Integer::intValue).toArray(), rows.toArray(double[][]::new));
    }
}
