package dev.voxgrad.medmnist.metrics;

import java.util.List;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

import dev.voxgrad.medmnist.data.Task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class MetricsTest {
    private static final List<String> TWO = List.of("no", "yes");
    private static final List<String> THREE = List.of("red", "green", "blue");

    /** Samples with one-decimal scores, so that ties are common. */
    private record Ranked(boolean[] positive, double[] scores) {
        /** Counts over all pairs of a positive and a negative: slow and obvious. */
        double aucByPairs() {
            double wins = 0;
            int pairs = 0;
            for (int p = 0; p < scores.length; p++) {
                for (int n = 0; n < scores.length; n++) {
                    if (positive[p] && !positive[n]) {
                        pairs++;
                        wins += scores[p] > scores[n] ? 1 : scores[p] == scores[n] ? 0.5 : 0;
                    }
                }
            }
            return wins / pairs;
        }
    }

    @Provide
    Arbitrary<Ranked> ranked() {
        Arbitrary<Double> score = Arbitraries.oneOf(
                Arbitraries.integers().between(-10, 10).map(i -> i / 10.0),
                Arbitraries.of(0.0, -0.0, Double.MIN_VALUE, Double.MAX_VALUE, -Double.MAX_VALUE));
        return Arbitraries.integers()
                .between(2, 60)
                .flatMap(n -> Combinators.combine(
                                Arbitraries.of(true, false)
                                        .array(boolean[].class)
                                        .ofSize(n),
                                score.array(double[].class).ofSize(n))
                        .as((positive, scores) -> {
                            boolean[] both = positive.clone();
                            both[0] = true;
                            both[1] = false;
                            return new Ranked(both, scores);
                        }));
    }

    @Property(tries = 1000)
    void aucByRanksEqualsCountingPairs(@ForAll("ranked") Ranked samples) {
        assertThat(RocAuc.of(samples.positive, samples.scores)).isCloseTo(samples.aucByPairs(), within(1e-12));
    }

    @Property(tries = 300)
    void negatedScoresMirrorTheAuc(@ForAll("ranked") Ranked samples) {
        double[] negated = samples.scores.clone();
        for (int i = 0; i < negated.length; i++) {
            negated[i] = -negated[i];
        }
        assertThat(RocAuc.of(samples.positive, negated))
                .isCloseTo(1 - RocAuc.of(samples.positive, samples.scores), within(1e-12));
    }

    /** Positives 0.8 and 0.4, negatives 0.4 and 0.1: three of four pairs are in the right order and one is a tie. */
    @Test
    void binaryUsesLastColumn() {
        int[] labels = {1, 0, 1, 0};
        double[][] one = {{0.8}, {0.4}, {0.4}, {0.1}};
        double[][] two = {{0.9, 0.8}, {0.0, 0.4}, {0.1, 0.4}, {0.9, 0.1}};
        assertThat(Metrics.of(Task.BINARY, TWO, labels, one)).isEqualTo(new Metrics(3.5 / 4, 0.75));
        assertThat(Metrics.of(Task.BINARY, TWO, labels, two)).isEqualTo(new Metrics(3.5 / 4, 0.75));
    }

    /** A score of exactly one half is class 0, as by {@code > threshold} in the official evaluator, unlike argmax. */
    @Test
    void binaryThresholdIsStrict() {
        double[][] scores = {{0.5, 0.5}, {0.3, 0.6}, {0.6, 0.55}};
        assertThat(Metrics.of(Task.BINARY, TWO, new int[] {0, 1, 1}, scores).accuracy())
                .isEqualTo(1);
        assertThat(Metrics.of(Task.BINARY, TWO, new int[] {1, 0, 0}, scores).accuracy())
                .isEqualTo(0);
    }

    /** Column red: 1 (2 of 2 pairs... by hand), green and blue likewise; ties in a row go to the first maximum. */
    @Test
    void multiClassIsMeanOfOneVsRest() {
        int[] labels = {0, 1, 2, 1};
        double[][] scores = {{0.4, 0.4, 0.2}, {0.4, 0.4, 0.2}, {0.1, 0.3, 0.6}, {0.0, 0.9, 0.1}};
        double red = 2.5 / 3; // 0.4 against 0.4, 0.1, 0.0
        double green = (0.5 + 1 + 1 + 1) / 4; // 0.4 and 0.9 against 0.4, 0.3
        double blue = 1; // 0.6 against 0.2, 0.2, 0.1
        Metrics metrics = Metrics.of(Task.MULTI_CLASS, THREE, labels, scores);
        assertThat(metrics.auc()).isCloseTo((red + green + blue) / 3, within(1e-15));
        assertThat(metrics.accuracy()).as("sample 1 is predicted as red").isEqualTo(0.75);
    }

    @Test
    void multiLabelIsMeanOverLabels() {
        int[][] labels = {{1, 0}, {0, 1}, {1, 1}};
        double[][] scores = {{0.9, 0.5}, {0.6, 0.2}, {0.3, 0.7}};
        Metrics metrics = Metrics.ofMultiLabel(TWO, labels, scores);
        assertThat(metrics.auc()).isEqualTo((0.5 + 0.5) / 2);
        assertThat(metrics.accuracy()).isCloseTo((1 / 3.0 + 2 / 3.0) / 2, within(1e-15));
    }

    @Test
    void namesMissingClass() {
        assertThatThrownBy(() -> Metrics.of(Task.MULTI_CLASS, THREE, new int[] {0, 2}, new double[2][3]))
                .isInstanceOf(UndefinedMetricException.class)
                .hasMessageContaining("class 1 (green) has 0 of 2 samples");
        assertThatThrownBy(() -> Metrics.of(Task.BINARY, TWO, new int[] {1, 1}, new double[2][2]))
                .hasMessageContaining("class 1 (yes) has 2 of 2 samples");
        assertThatThrownBy(() -> Metrics.ofMultiLabel(TWO, new int[][] {{1, 0}, {0, 0}}, new double[2][2]))
                .hasMessageContaining("class 1 (yes) has 0 of 2 samples");
    }

    @Test
    void scoresMustFitAndBeFinite() {
        int[] labels = {0, 1};
        assertRefused(Task.BINARY, labels, new double[3][2], "3 rows of scores for 2 samples");
        assertRefused(Task.BINARY, labels, new double[2][3], "row 0 has 3 scores; expected 2");
        assertRefused(Task.BINARY, labels, new double[][] {{1}, {1, 0}}, "row 1 has 2 scores");
        assertRefused(Task.BINARY, labels, new double[][] {{1, 0}, {1, Double.NaN}}, "row 1 contains NaN");
        assertRefused(Task.MULTI_CLASS, labels, new double[2][1], "row 0 has 1 scores; expected 2");
        assertRefused(Task.BINARY, new int[0], new double[0][], "at least one");
        assertRefused(Task.MULTI_LABEL, labels, new double[2][2], "do not make a multi-label");
    }

    private static void assertRefused(Task task, int[] labels, double[][] scores, String message) {
        assertThatThrownBy(() -> Metrics.of(task, TWO, labels, scores))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Property(tries = 200)
    void confusionMatrixAgreesWithAccuracy(@ForAll("ranked") Ranked samples) {
        int n = samples.scores.length;
        int[] labels = new int[n];
        double[][] scores = new double[n][];
        for (int i = 0; i < n; i++) {
            labels[i] = samples.positive[i] ? i % 2 + 1 : 0;
            scores[i] = new double[] {samples.scores[i], samples.scores[(i + 1) % n], 0.1};
        }
        labels[n - 1] = n > 3 ? 1 : labels[n - 1];
        ConfusionMatrix matrix = ConfusionMatrix.of(Task.MULTI_CLASS, THREE, labels, scores);
        int right = 0;
        for (int i = 0; i < n; i++) {
            double[] s = scores[i];
            int predicted = s[0] >= s[1] && s[0] >= s[2] ? 0 : s[1] >= s[2] ? 1 : 2;
            right += predicted == labels[i] ? 1 : 0;
        }
        assertThat(matrix.accuracy()).isEqualTo((double) right / n);
    }
}
