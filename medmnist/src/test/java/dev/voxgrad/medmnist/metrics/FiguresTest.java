package dev.voxgrad.medmnist.metrics;

import java.util.Arrays;
import java.util.List;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

import dev.voxgrad.medmnist.data.Task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** Figures of classes, calibration and uncertainty. */
class FiguresTest {
    private static final ConfusionMatrix MATRIX =
            new ConfusionMatrix(List.of("a", "b", "c"), new int[][] {{5, 2, 0}, {1, 6, 1}, {0, 2, 3}});

    @Test
    void classFiguresByHand() {
        ClassFigures b = ClassFigures.of(MATRIX, 1);
        assertThat(b).isEqualTo(new ClassFigures(6, 4, 2, 8));
        assertThat(b.samples()).isEqualTo(8);
        assertThat(b.sensitivity()).isEqualTo(0.75);
        assertThat(b.specificity()).isEqualTo(8.0 / 12);
        assertThat(b.precision()).isEqualTo(0.6);
        assertThat(b.f1()).isCloseTo(2 * 0.6 * 0.75 / 1.35, within(1e-15));
        assertThat(b.matthews()).isCloseTo((6 * 8 - 4 * 2) / Math.sqrt(10.0 * 8 * 12 * 10), within(1e-15));
    }

    @Test
    void unpredictedClassHasNoPrecision() {
        ClassFigures never = new ClassFigures(0, 0, 3, 7);
        assertThat(never.precision()).isNaN();
        assertThat(never.sensitivity()).isZero();
        assertThat(never.f1()).isZero();
        assertThat(never.matthews()).isZero();
    }

    @Test
    void multiClassMatthewsByHand() {
        // c = 14, s = 20, predicted 6 10 4, true 7 8 5: (280 − 142) / √((400 − 152)(400 − 138)).
        assertThat(MatthewsCorrelation.of(MATRIX.counts())).isCloseTo(138 / Math.sqrt(248.0 * 262), within(1e-15));
        assertThat(MatthewsCorrelation.of(new int[][] {{4, 0, 0}, {0, 5, 0}, {0, 0, 6}}))
                .isEqualTo(1);
        assertThat(MatthewsCorrelation.of(new int[][] {{4, 0}, {7, 0}})).isZero();
        assertThat(MatthewsCorrelation.of(new int[][] {{0, 5}, {5, 0}})).isEqualTo(-1);
    }

    /** Checks against Gorodkin's definition by covariances of indicator vectors, which is slow and obvious. */
    @Property(tries = 200)
    void matthewsIsCorrelationOfIndicators(@ForAll @Size(9) List<@IntRange(max = 9) Integer> cells) {
        int[][] counts = new int[3][3];
        double samples = 0;
        for (int i = 0; i < 9; i++) {
            counts[i / 3][i % 3] = cells.get(i);
            samples += cells.get(i);
        }
        double both = 0;
        double predicted = 0;
        double truly = 0;
        for (int k = 0; k < 3; k++) {
            double row = Arrays.stream(counts[k]).sum() / samples;
            double column = (counts[0][k] + counts[1][k] + counts[2][k]) / samples;
            both += counts[k][k] / samples - row * column;
            predicted += column - column * column;
            truly += row - row * row;
        }
        double expected = predicted * truly < 1e-12 || samples == 0 ? 0 : both / Math.sqrt(predicted * truly);
        assertThat(MatthewsCorrelation.of(counts)).isCloseTo(expected, within(1e-9));
    }

    @Test
    void calibrationByHand() {
        // Bins of 1/15: 0.95, 0.96 and 1 in the last, 0.2 at the upper edge of the third, 0 in the first.
        double[] confidence = {0.95, 0.96, 1, 0.2, 0};
        boolean[] right = {true, false, true, false, false};
        Calibration calibration = Calibration.of(confidence, right);
        assertThat(calibration.bins()).hasSize(15);
        assertThat(calibration.bins().get(14).samples()).isEqualTo(3);
        assertThat(calibration.bins().get(14).confidence()).isCloseTo(0.97, within(1e-15));
        assertThat(calibration.bins().get(14).accuracy()).isEqualTo(2.0 / 3);
        assertThat(calibration.bins().get(2)).isEqualTo(new Calibration.Bin(1, 0.2, 0));
        assertThat(calibration.bins().get(0)).isEqualTo(new Calibration.Bin(1, 0, 0));
        assertThat(calibration.bins().get(7).accuracy()).isNaN();
        assertThat(calibration.expectedError()).isCloseTo(3.0 / 5 * (0.97 - 2.0 / 3) + 1.0 / 5 * 0.2, within(1e-15));
        assertThatThrownBy(() -> Calibration.of(new double[] {1.5}, new boolean[1]))
                .hasMessageContaining("confidence 0 is 1.5");
        assertThatThrownBy(() -> Calibration.of(new double[2], new boolean[1]))
                .hasMessageContaining("2 confidences but 1 answers");
    }

    @Test
    void spreadByHand() {
        Spread spread = Spread.of(2, 4, 9);
        assertThat(spread.mean()).isEqualTo(5);
        assertThat(spread.deviation()).isCloseTo(Math.sqrt((9 + 1 + 16) / 2.0), within(1e-15));
        assertThat(Spread.of(3)).isEqualTo(new Spread(3, Double.NaN));
    }

    @Test
    void interpolatesQuantiles() {
        double[] values = new double[101];
        Arrays.setAll(values, i -> 100 - i);
        Bootstrap.Interval middle = Bootstrap.Interval.middle(values, 0.95);
        assertThat(middle.low()).isCloseTo(2.5, within(1e-12));
        assertThat(middle.high()).isCloseTo(97.5, within(1e-12));
    }

    /** With a share p of N answers correct, the accuracy varies like a binomial share, by √(p(1 − p)/N). */
    @Test
    void accuracyIntervalIsBinomial() {
        int[] labels = new int[400];
        double[][] scores = new double[400][2];
        for (int i = 0; i < 400; i++) {
            labels[i] = i % 2;
            boolean right = i % 5 != 0;
            scores[i][1] = right == (labels[i] == 1) ? 0.9 - i / 10_000.0 : 0.1 + i / 10_000.0;
        }
        Bootstrap bootstrap = Bootstrap.of(Task.BINARY, List.of("no", "yes"), labels, scores, 1);
        double half = 1.96 * Math.sqrt(0.8 * 0.2 / 400);
        assertThat(bootstrap.accuracy().low()).isCloseTo(0.8 - half, within(0.006));
        assertThat(bootstrap.accuracy().high()).isCloseTo(0.8 + half, within(0.006));
        double auc =
                Metrics.of(Task.BINARY, List.of("no", "yes"), labels, scores).auc();
        assertThat(bootstrap.auc().orElseThrow().low()).isLessThan(auc);
        assertThat(bootstrap.auc().orElseThrow().high()).isGreaterThan(auc);
        assertThat(Bootstrap.of(Task.BINARY, List.of("no", "yes"), labels, scores, 1))
                .isEqualTo(bootstrap);
        assertThat(Bootstrap.of(Task.BINARY, List.of("no", "yes"), labels, scores, 2))
                .isNotEqualTo(bootstrap);
    }

    @Test
    void redrawsResamplesWithoutAClass() {
        // A share (3/4)⁴ of all resamples lacks the only positive, and none of them may count.
        int[] labels = {0, 0, 0, 1};
        double[][] scores = {{0.9, 0.1}, {0.8, 0.2}, {0.7, 0.3}, {0.4, 0.6}};
        Bootstrap bootstrap = Bootstrap.of(Task.BINARY, List.of("no", "yes"), labels, scores, 3);
        assertThat(bootstrap.auc()).contains(new Bootstrap.Interval(1, 1));
    }

    @Test
    void missingIntervalErrorGivesReason() {
        int classes = 12;
        int[] labels = new int[classes];
        Arrays.setAll(labels, i -> i);
        List<String> names = Arrays.stream(labels).mapToObj(i -> "c" + i).toList();
        assertThatThrownBy(() -> Bootstrap.of(Task.MULTI_CLASS, names, labels, new double[classes][classes], 1))
                .isInstanceOf(UndefinedMetricException.class)
                .hasMessageContaining("in each of 200 resamples of 12 volumes a class was missing");
    }
}
