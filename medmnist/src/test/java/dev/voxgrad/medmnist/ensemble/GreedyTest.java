package dev.voxgrad.medmnist.ensemble;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.medmnist.metrics.UndefinedMetricException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class GreedyTest {
    /** Scores a sequence of picks by the definition of the AUC: the share of pairs in the right order. */
    private static double auc(int[] labels, List<double[][]> logits, List<Integer> picks) {
        double right = 0;
        int pairs = 0;
        for (int i = 0; i < labels.length; i++) {
            for (int j = 0; j < labels.length; j++) {
                if (labels[i] == 1 && labels[j] == 0) {
                    right += 0.5 + 0.5 * Math.signum(margin(logits, picks, i) - margin(logits, picks, j));
                    pairs++;
                }
            }
        }
        return right / pairs;
    }

    private static double margin(List<double[][]> logits, List<Integer> picks, int volume) {
        return picks.stream()
                        .mapToDouble(k -> logits.get(k)[volume][1] - logits.get(k)[volume][0])
                        .sum()
                / picks.size();
    }

    private static double logLoss(int[] labels, List<double[][]> logits, List<Integer> picks) {
        double[] weights = new double[logits.size()];
        picks.forEach(k -> weights[k] += 1.0 / picks.size());
        return MadeUp.logLoss(labels, weights, logits);
    }

    /** Makes the same selection by trying every model in every round, using definitions only. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void picksBestModelInEveryRound(long seed) {
        int[] labels = MadeUp.labels(11, 2);
        SplittableRandom random = new SplittableRandom(seed);
        List<double[][]> logits = new ArrayList<>();
        for (int k = 0; k < 4; k++) {
            logits.add(MadeUp.logits(random, labels, 2, 0.2 + 0.3 * k));
        }
        List<Integer> best = List.of();
        for (boolean improves = true; improves; ) {
            List<Integer> picks = best;
            improves = false;
            for (int k = 0; k < 4; k++) {
                List<Integer> candidate = new ArrayList<>(picks);
                candidate.add(k);
                if (best.isEmpty() || better(labels, logits, candidate, best)) {
                    best = candidate;
                    improves = true;
                }
            }
        }
        Greedy greedy = Greedy.fit(MadeUp.ensemble(labels, logits.toArray(double[][][]::new)));
        assertThat(greedy.score().auc()).isCloseTo(auc(labels, logits, best), within(1e-12));
        assertThat(greedy.score().logLoss()).isCloseTo(logLoss(labels, logits, best), within(1e-9));
        assertThat(greedy.picks()).isEqualTo(best.size());
        for (int k = 0; k < 4; k++) {
            assertThat(greedy.counts().get(k)).isEqualTo((double) Collections.frequency(best, k));
        }
    }

    private static boolean better(int[] labels, List<double[][]> logits, List<Integer> picks, List<Integer> others) {
        double difference = auc(labels, logits, picks) - auc(labels, logits, others);
        return Math.abs(difference) > 1e-9
                ? difference > 0
                : logLoss(labels, logits, picks) < logLoss(labels, logits, others) - 1e-12;
    }

    /** Each model errs on one pair that the others correct: tries all ways to pick up to four models. */
    @Test
    void isOptimalForComplementaryModels() {
        int[] labels = {0, 0, 0, 0, 0, 1, 1, 1, 1, 1};
        List<double[][]> logits = new ArrayList<>();
        for (int k = 0; k < 3; k++) {
            double[][] rows = new double[10][2];
            for (int i = 0; i < 10; i++) {
                rows[i][1] = labels[i] == 1 ? 2 : -2;
            }
            rows[k][1] = 3;
            rows[5 + k][1] = -3;
            logits.add(rows);
        }
        logits.add(new double[10][2]);
        double best = 0;
        for (int code = 0; code < 4 * 4 * 4 * 4; code++) {
            List<Integer> picks = List.of(code % 4, code / 4 % 4, code / 16 % 4, code / 64);
            for (int count = 1; count <= 4; count++) {
                best = Math.max(best, auc(labels, logits, picks.subList(0, count)));
            }
        }
        Greedy greedy = Greedy.fit(MadeUp.ensemble(labels, logits.toArray(double[][][]::new)));
        assertThat(best).isEqualTo(1);
        assertThat(greedy.score().auc()).isEqualTo(best);
        for (int k = 0; k < 3; k++) {
            assertThat(auc(labels, logits, List.of(k))).isLessThan(0.7);
        }
    }

    @Test
    void tiesFavourFirstModelAndFewestPicks() {
        int[] labels = MadeUp.labels(10, 2);
        double[][] model = MadeUp.logits(new SplittableRandom(1), labels, 2, 0.5);
        Greedy greedy = Greedy.fit(MadeUp.ensemble(labels, model, model, model, model));
        assertThat(greedy.counts()).containsExactly(1.0, 0.0, 0.0, 0.0);
        assertThat(greedy.picks()).isEqualTo(1);
    }

    @Test
    void handlesMultiClassAndMultiLabel() {
        SplittableRandom random = new SplittableRandom(3);
        int[] labels = MadeUp.labels(21, 3);
        double[][] poor = MadeUp.logits(random, labels, 3, 0);
        double[][] good = MadeUp.logits(random, labels, 3, 2);
        Ensemble ensemble = MadeUp.ensemble(labels, poor, good);
        Greedy greedy = Greedy.fit(ensemble);
        assertThat(greedy.score().auc())
                .isGreaterThanOrEqualTo(
                        ensemble.metrics(ensemble.models().get(1)).auc());
        assertThat(greedy.counts().get(1)).isPositive();

        int[][] several = {{0, 1}, {1, 1}, {0, 0}, {1, 0}};
        double[][] right = {{-1, 1}, {1, 1}, {-1, -1}, {1, -1}};
        double[][] wrong = {{1, -1}, {-1, -1}, {1, 1}, {-1, 1}};
        assertThat(Greedy.fit(MadeUp.multiLabel(several, wrong, right)).counts())
                .containsExactly(0.0, 1.0);
    }

    @Test
    void validationAucUsesAucAsWeight() {
        int[] labels = {0, 0, 1, 1};
        double[][] all = {{0, 1}, {0, 2}, {0, 3}, {0, 4}};
        double[][] threeOfFour = {{0, 1}, {0, 3}, {0, 2}, {0, 4}};
        double[][] blind = {{1, 1}, {1, 1}, {1, 1}, {1, 1}};
        double[][] none = {{0, 4}, {0, 3}, {0, 2}, {0, 1}};
        WeightMethod.Fit fit = WeightMethod.VALIDATION_AUC.fit(
                MadeUp.ensemble(labels, all, threeOfFour, blind, none), SelectionSettings.DEFAULT);
        assertThat(fit.weights()).containsExactly(1.0, 0.75, 0.5, 0.0);
        assertThat(fit.account()).contains("AUC on the 4 volumes of the val split");
    }

    @Test
    void refusesSplitOfOneClass() {
        Ensemble ensemble = MadeUp.ensemble(new int[3], new double[3][2], new double[3][2]);
        for (WeightMethod method : List.of(WeightMethod.GREEDY, WeightMethod.VALIDATION_AUC)) {
            assertThat(method.needsValidationAuc()).isTrue();
            assertThatThrownBy(() -> method.fit(ensemble, SelectionSettings.DEFAULT))
                    .isInstanceOf(UndefinedMetricException.class)
                    .hasMessageContaining("made-up val: AUC is not defined");
        }
        assertThat(WeightMethod.STACKED.fit(ensemble, SelectionSettings.DEFAULT).weights())
                .isEqualTo(Arrays.asList(0.5, 0.5));
    }
}
