package dev.voxgrad.medmnist.baseline.selection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.baseline.model.FeatureMatrix;
import dev.voxgrad.medmnist.baseline.model.ModelSpec;
import dev.voxgrad.medmnist.baseline.model.Targets;
import dev.voxgrad.medmnist.baseline.model.TwoMoons;
import dev.voxgrad.medmnist.data.Task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Chooses models for rows of numbers. */
class ModelSelectionTest {
    private static final List<String> MODELS =
            List.of("logistic:0.01", "logistic:1", "forest:20", "boosted:20", "knn:9");

    private static TrainingData data(double[][] x, int[] labels, int classes) {
        List<String> names =
                IntStream.range(0, classes).mapToObj(c -> "class " + c).toList();
        return new TrainingData(
                classes == 2 ? Task.BINARY : Task.MULTI_CLASS,
                names,
                new Targets(new int[][] {labels}, classes, false),
                features -> new FeatureMatrix(x));
    }

    private static List<Candidate> candidates(List<String> models) {
        return models.stream()
                .map(text -> new Candidate("rows", ModelSpec.of(text)))
                .toList();
    }

    private static Choice choose(TrainingData data, List<String> models, int threads) {
        return ModelSelection.of(data, Protocol.DEFAULT, 5, 3)
                .choose(candidates(models), new Budget(null), threads, new Silent());
    }

    private static final class Silent implements SelectionProgress {
        private final List<String> done = new ArrayList<>();

        @Override
        public void plan(int fits) {}

        @Override
        public synchronized void done(Candidate candidate) {
            done.add(candidate.name());
        }
    }

    @Test
    void modelsThatFitTheProblemGetTheWeight() {
        double[][] x = TwoMoons.rows(300, 3, 1);
        Choice choice = choose(data(x, TwoMoons.labels(x, 3), 3), MODELS, 2);
        assertThat(choice.candidates()).hasSize(MODELS.size());
        double linear = choice.chosen().stream()
                .filter(model -> model.candidate() < 2)
                .mapToDouble(ChosenModel::weight)
                .sum();
        assertThat(linear).isLessThan(0.2);
        assertThat(choice.chosen().stream().mapToDouble(ChosenModel::weight).sum())
                .isCloseTo(1, within(1e-9));
        double best = choice.candidates().stream()
                .mapToDouble(candidate -> candidate.figures().logLoss())
                .min()
                .orElseThrow();
        assertThat(choice.ensemble().logLoss()).isLessThan(best + 0.01);
        assertThat(choice.outOfFold().orElseThrow()).hasDimensions(300, 3);
    }

    @Test
    void numberOfThreadsChangesNothing() {
        double[][] x = TwoMoons.rows(90, 3, 1);
        TrainingData data = data(x, TwoMoons.labels(x, 3), 3);
        Choice one = choose(data, MODELS, 1);
        Choice five = choose(data, MODELS, 5);
        assertThat(five.chosen()).isEqualTo(one.chosen());
        assertThat(five.ensemble()).isEqualTo(one.ensemble());
        assertThat(five.crossFitted()).isEqualTo(one.crossFitted());
        assertThat(five.outOfFold().orElseThrow()).isDeepEqualTo(one.outOfFold().orElseThrow());
    }

    /**
     * With n = n₀ + n₁ volumes and labels at random, a Mann-Whitney AUC has the mean 1/2 and the variance
     * (n + 1)/(12·n₀·n₁) (Mann and Whitney, 1947): 0.0021 for 80 + 80. Cross-fitting adds dependence between folds but
     * no mean; the mean over 8 permutations then deviates by at most 0.05 unless chance is worse than 3 sigma. A leak,
     * such as a label or a volume's own target among the features, gives an AUC near 1.
     */
    @Test
    void permutedLabelsGiveNoAuc() {
        double[][] x = TwoMoons.rows(160, 6, 1);
        double sum = 0;
        for (int permutation = 0; permutation < 8; permutation++) {
            int[] order = new RandomStream(permutation, 0, 0, RandomPurpose.ANY).permutation(160);
            int[] labels = Arrays.stream(order).map(i -> i % 2).toArray();
            Choice choice = choose(data(x, labels, 2), List.of("logistic:0.1", "logistic:1", "forest:10", "knn:15"), 2);
            sum += choice.crossFitted().auc() / 8;
        }
        assertThat(sum).isBetween(0.45, 0.55);
    }

    @Test
    void everyVolumeIsPredictedOnceByModelsThatHaveNotSeenIt() {
        int[] labels = IntStream.range(0, 53).map(i -> i % 7 == 0 ? 1 : 0).toArray();
        Targets targets = new Targets(new int[][] {labels}, 2, false);
        Resampling folds = Resampling.folds(targets, 5, 1);
        assertThat(folds.predicted()).containsExactly(IntStream.range(0, 53).toArray());
        for (Resampling.Part part : folds.parts()) {
            Set<Integer> all = new HashSet<>();
            IntStream.concat(Arrays.stream(part.fitted()), Arrays.stream(part.predicted()))
                    .forEach(i -> assertThat(all.add(i)).isTrue());
            assertThat(all).hasSize(53);
            assertThat(Arrays.stream(part.predicted()).map(i -> labels[i]).sum())
                    .isBetween(1, 2); // 8 of 53
        }
        Resampling holdout = Resampling.holdout(targets, 1);
        assertThat(holdout.parts()).hasSize(1);
        assertThat(holdout.predicted()).hasSize(18);
    }

    @Test
    void aClassWithOneVolumeIsNoError() {
        double[][] x = TwoMoons.rows(60, 3, 1);
        int[] labels = TwoMoons.labels(x, 2);
        labels[7] = 2;
        Choice choice = choose(data(x, labels, 3), List.of("logistic:1", "forest:10", "boosted:5"), 1);
        assertThat(choice.ensemble().logLoss()).isFinite();
    }

    @Test
    void oneClassAloneHasNoAuc() {
        double[][] x = TwoMoons.rows(20, 3, 1);
        Choice choice = choose(data(x, new int[20], 2), List.of("logistic:1", "forest:10"), 1);
        assertThat(choice.ensemble().auc()).isNull();
        assertThat(choice.ensemble().accuracy()).isEqualTo(1);
    }

    @Test
    void holdoutChoosesByAccuracyAndHasNoPredictionsOfAllOfTrain() {
        double[][] x = TwoMoons.rows(120, 3, 1);
        TrainingData data = data(x, TwoMoons.labels(x, 2), 2);
        Choice choice = ModelSelection.of(data, Protocol.AUTOSKLEARN, 0, 1)
                .choose(candidates(MODELS), new Budget(null), 2, new Silent());
        assertThat(choice.outOfFold()).isEmpty();
        assertThat(choice.crossFitted()).isNull();
        double best = choice.candidates().stream()
                .mapToDouble(candidate -> candidate.figures().accuracy())
                .max()
                .orElseThrow();
        assertThat(choice.ensemble().accuracy()).isGreaterThanOrEqualTo(best);
    }

    @Test
    void aSpentBudgetLeavesOneCandidate() {
        double[][] x = TwoMoons.rows(50, 3, 1);
        TrainingData data = data(x, TwoMoons.labels(x, 2), 2);
        Silent progress = new Silent();
        Choice choice = ModelSelection.of(data, Protocol.DEFAULT, 5, 1)
                .choose(candidates(MODELS), new Budget(1e-12), 2, progress);
        assertThat(choice.candidates())
                .singleElement()
                .satisfies(only -> assertThat(only.model()).isEqualTo(MODELS.getFirst()));
        assertThat(progress.done).hasSize(5 * MODELS.size());
    }

    @Test
    void anUnspentBudgetChangesNothing() {
        double[][] x = TwoMoons.rows(60, 3, 1);
        TrainingData data = data(x, TwoMoons.labels(x, 3), 3);
        Choice limited = ModelSelection.of(data, Protocol.DEFAULT, 5, 3)
                .choose(candidates(MODELS), new Budget(1e6), 3, new Silent());
        assertThat(limited.chosen()).isEqualTo(choose(data, MODELS, 1).chosen());
    }

    @Test
    void selectionAmongUselessModelsStaysCloseToTheirMean() {
        RandomStream random = new RandomStream(5, 0, 0, RandomPurpose.ANY);
        int[] labels = IntStream.range(0, 200).map(i -> i % 2).toArray();
        double[][][] predictions = new double[40][200][2];
        for (double[][] model : predictions) {
            for (double[] row : model) {
                row[1] = random.uniform(0.3, 0.7);
                row[0] = 1 - row[1];
            }
        }
        Targets targets = new Targets(new int[][] {labels}, 2, false);
        double[] guarded = new ForwardSelection(
                        ForwardSelection.Settings.GUARDED, Criterion.LOG_LOSS, targets, predictions)
                .weights(1);
        assertThat(Arrays.stream(guarded).sum()).isCloseTo(1, within(1e-9));
        assertThat(Arrays.stream(guarded).max().orElseThrow()).isLessThan(0.3);
    }

    @Test
    void theOneGoodModelIsFound() {
        int[] labels = IntStream.range(0, 60).map(i -> i % 3).toArray();
        double[][][] predictions = new double[5][60][3];
        for (int m = 0; m < 5; m++) {
            for (int i = 0; i < 60; i++) {
                Arrays.fill(predictions[m][i], 0.1);
                predictions[m][i][m == 3 ? labels[i] : (i + 1 + m % 2) % 3] = 0.8;
            }
        }
        Targets targets = new Targets(new int[][] {labels}, 3, false);
        for (ForwardSelection.Settings settings :
                List.of(ForwardSelection.Settings.GUARDED, ForwardSelection.Settings.AUTOSKLEARN)) {
            double[] weights = new ForwardSelection(settings, Criterion.LOG_LOSS, targets, predictions).weights(1);
            assertThat(weights[3]).isGreaterThan(0.7);
        }
    }
}
