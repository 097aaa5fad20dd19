package dev.voxgrad.medmnist.ensemble;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import dev.voxgrad.medmnist.io.Tasks;
import dev.voxgrad.medmnist.model.EnsembleWeights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class GuardedSelectionTest {
    private static final SelectionSettings SETTINGS = new SelectionSettings(10, 3, 1);

    /** Returns labels of a split with one volume in four of class 1. */
    private static int[] labels(int count) {
        return IntStream.range(0, count).map(i -> i % 4 == 0 ? 1 : 0).toArray();
    }

    private static Ensemble library(SplittableRandom random, int[] labels, double... skills) {
        return MadeUp.ensemble(
                labels,
                Arrays.stream(skills)
                        .mapToObj(skill -> MadeUp.logits(random, labels, 2, skill))
                        .toArray(double[][][]::new));
    }

    /** Holds what one library of useless models gives, whose true AUC is 0.5 whatever their weights. */
    private record Library(double plain, double bagged, double guarded, double estimate) {}

    /**
     * Useless models: their logits do not depend on the labels, so any weights have the true AUC 0.5, and the optimism
     * is the AUC on validation less 0.5.
     *
     * <p>The bound on the estimate: for given labels, the logits of a held-out fold are independent of the weights fitted
     * without it, and so the AUC of a fold with p positives and q negatives has the mean 1/2 and the variance
     * (p + q + 1) / 12pq (Mann and Whitney, 1947). The difference between estimated and true optimism is 1/2 less the
     * mean over such folds, whose standard deviation is not above that of one fold. Over L independent libraries, the
     * standard error of the mean difference is at most √((p + q + 1) / 12pqL); four of them make the bound.
     */
    @Test
    void doesNotBelieveInUselessModels() {
        int libraries = 200;
        int[] labels = labels(80);
        List<Library> found = new ArrayList<>(Collections.nCopies(libraries, null));
        Tasks.run(libraries, l -> found.set(l, useless(l, labels)));

        double plain = mean(found.stream().map(Library::plain).toList());
        double bagged = mean(found.stream().map(Library::bagged).toList());
        double guarded = mean(found.stream().map(Library::guarded).toList());
        double estimate = mean(found.stream().map(Library::estimate).toList());
        int p = 10;
        int q = 30;
        double bound = 4 * Math.sqrt((p + q + 1) / (12.0 * p * q * libraries));
        assertThat(bound).isLessThan(0.04);
        assertThat(guarded).isLessThan(plain / 2);
        assertThat(bagged).isBetween(guarded, plain);
        assertThat(estimate).isBetween(guarded - bound, guarded + bound);
    }

    private static Library useless(int seed, int[] labels) {
        Ensemble validation = library(new SplittableRandom(seed), labels, new double[16]);
        double plain = validation.auc(validation.mean(Greedy.fit(validation).counts()));
        double bagged = validation.auc(validation.mean(GuardedSelection.bagged(validation, SETTINGS)));
        GuardedSelection guarded = GuardedSelection.fit(validation, SETTINGS, 3, 1);
        Combination chosen = combination(guarded.weights(), validation, validation);
        Optimism optimism = Optimism.estimate(
                        ValidationFolds.of(validation, 2, 1, SETTINGS.seed()),
                        chosen.validation().orElseThrow(),
                        (fitted, scored) -> combination(
                                GuardedSelection.fit(fitted, SETTINGS, 3, 1).weights(), fitted, scored),
                        done -> {})
                .orElseThrow();
        return new Library(plain - 0.5, bagged - 0.5, chosen.metrics().auc() - 0.5, optimism.ofAuc());
    }

    private static Combination combination(List<Double> weights, Ensemble fitted, Ensemble scored) {
        return Combination.of(
                "weighted",
                EnsembleWeights.uniform(scored.members()).times(weights),
                scored,
                Optional.of(fitted),
                false);
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(value -> value).average().orElseThrow();
    }

    @Test
    void keepsSelectionThatFindsTheGoodModels() {
        Ensemble validation = library(new SplittableRandom(2), labels(120), 0, 0, 0, 1.5, 0, 0, 1.5, 0);
        GuardedSelection selection = GuardedSelection.fit(validation, SETTINGS);
        assertThat(selection.kept()).isTrue();
        assertThat(selection.gain()).isGreaterThan(selection.error());
        assertThat(selection.weights().get(3) + selection.weights().get(6)).isGreaterThan(0.6);
        assertThat(selection.weights().stream().mapToDouble(w -> w).sum()).isCloseTo(1, within(1e-12));
        assertThat(selection.account()).contains("so it is kept");
    }

    @Test
    void dependsOnTheSeedAlone() {
        Ensemble validation = library(new SplittableRandom(3), labels(60), 0.5, 0, 1, 0.5, 0, 1);
        List<Double> once = GuardedSelection.bagged(validation, SETTINGS);
        assertThat(GuardedSelection.bagged(validation, SETTINGS)).isEqualTo(once);
        assertThat(GuardedSelection.bagged(validation, new SelectionSettings(10, 3, 2)))
                .isNotEqualTo(once);
    }

    @Test
    void everySelectionStartsWithTheBestOfItsHalf() {
        Ensemble validation = library(new SplittableRandom(4), labels(60), 0, 0.2, 0.4, 0.6);
        Greedy greedy = Greedy.fit(validation, new int[] {0, 1, 3}, 2);
        double[] auc = validation.models().stream()
                .mapToDouble(model -> validation.metrics(model).auc())
                .toArray();
        int worst = auc[0] < Math.min(auc[1], auc[3]) ? 0 : auc[1] < auc[3] ? 1 : 3;
        assertThat(greedy.counts().get(2)).isZero();
        for (int k : new int[] {0, 1, 3}) {
            assertThat(greedy.counts().get(k)).isGreaterThanOrEqualTo(k == worst ? 0 : 1);
        }
    }

    @Test
    void usesEqualWeightsWhereItCannotBeChecked() {
        Ensemble validation = library(new SplittableRandom(5), new int[] {1, 0, 0, 0, 0, 0}, 1, 0, 1, 0);
        GuardedSelection selection = GuardedSelection.fit(validation, SETTINGS);
        assertThat(selection.kept()).isFalse();
        assertThat(selection.weights()).containsOnly(0.25);
        assertThat(selection.account()).contains("too few volumes");
    }

    @Test
    void handlesMultiClassAndMultiLabel() {
        SplittableRandom random = new SplittableRandom(6);
        int[] labels = MadeUp.labels(60, 3);
        Ensemble classes = MadeUp.ensemble(
                labels,
                MadeUp.logits(random, labels, 3, 0),
                MadeUp.logits(random, labels, 3, 2),
                MadeUp.logits(random, labels, 3, 0),
                MadeUp.logits(random, labels, 3, 0));
        assertThat(GuardedSelection.fit(classes, SETTINGS).weights().get(1)).isGreaterThanOrEqualTo(0.25);

        int[][] several = new int[40][2];
        double[][] right = new double[40][2];
        double[][] noise = new double[40][2];
        for (int i = 0; i < 40; i++) {
            several[i] = new int[] {i % 2, i / 2 % 2};
            for (int l = 0; l < 2; l++) {
                right[i][l] = several[i][l] + 0.3 * random.nextGaussian();
                noise[i][l] = 3 * random.nextGaussian();
            }
        }
        GuardedSelection selection =
                GuardedSelection.fit(MadeUp.multiLabel(several, noise, right, noise, noise), SETTINGS);
        assertThat(selection.kept()).isTrue();
        assertThat(selection.weights().get(1)).isGreaterThan(0.25);
    }
}
