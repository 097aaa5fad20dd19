package dev.voxgrad.medmnist.metrics;

import java.util.List;
import java.util.Optional;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeShape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class CurvesTest {
    private static final boolean[] POSITIVE = {true, true, false, true, false, false};
    /** One positive and one negative share 0.6. */
    private static final double[] SCORES = {0.9, 0.6, 0.6, 0.4, 0.3, 0.1};

    private record Ranked(boolean[] positive, double[] scores) {}

    @Provide
    Arbitrary<Ranked> ranked() {
        Arbitrary<Double> score = Arbitraries.oneOf(
                Arbitraries.integers().between(-10, 10).map(i -> i / 10.0), Arbitraries.of(0.0, -0.0, 1e300));
        return Arbitraries.integers()
                .between(2, 80)
                .flatMap(n -> Combinators.combine(
                                Arbitraries.of(true, false)
                                        .array(boolean[].class)
                                        .ofSize(n),
                                score.array(double[].class).ofSize(n))
                        .as((positive, scores) -> {
                            positive[0] = true;
                            positive[1] = false;
                            return new Ranked(positive, scores);
                        }));
    }

    @Test
    void rocByHand() {
        RocCurve curve = RocCurve.of(POSITIVE, SCORES);
        double third = 1.0 / 3;
        assertThat(curve.falsePositiveRate()).containsExactly(0, 0, third, third, 2 * third, 1);
        assertThat(curve.truePositiveRate()).containsExactly(0, third, 2 * third, 1, 1, 1);
        // Seven of nine pairs are in the right order, and one is a tie.
        assertThat(curve.area()).isCloseTo(7.5 / 9, within(1e-15));
    }

    @Test
    void precisionAndRecallByHand() {
        PrecisionRecallCurve curve = PrecisionRecallCurve.of(POSITIVE, SCORES);
        assertThat(curve.recall()).containsExactly(1.0 / 3, 2.0 / 3, 1, 1, 1);
        assertThat(curve.precision()).containsExactly(1, 2.0 / 3, 0.75, 0.6, 0.5);
        assertThat(curve.averagePrecision()).isCloseTo((1 + 2.0 / 3 + 0.75) / 3, within(1e-15));
    }

    @Property(tries = 1000)
    void areaUnderCurveIsAucWithTies(@ForAll("ranked") Ranked samples) {
        assertThat(RocCurve.of(samples.positive, samples.scores).area())
                .isCloseTo(RocAuc.of(samples.positive, samples.scores), within(1e-12));
    }

    @Property(tries = 300)
    void curvesIncreaseUntilAllArePositive(@ForAll("ranked") Ranked samples) {
        RocCurve roc = RocCurve.of(samples.positive, samples.scores);
        assertThat(roc.falsePositiveRate()).isSorted().startsWith(0).endsWith(1);
        assertThat(roc.truePositiveRate()).isSorted().startsWith(0).endsWith(1);
        PrecisionRecallCurve curve = PrecisionRecallCurve.of(samples.positive, samples.scores);
        assertThat(curve.recall()).isSorted().endsWith(1);
        int positives = 0;
        for (boolean positive : samples.positive) {
            positives += positive ? 1 : 0;
        }
        double share = (double) positives / samples.positive.length;
        assertThat(curve.precision()[curve.precision().length - 1]).isEqualTo(share);
        assertThat(curve.averagePrecision()).isBetween(0.0, 1 + 1e-12);
    }

    @Test
    void equalScoresGiveDiagonalAndPrevalence() {
        double[] same = new double[6];
        assertThat(RocCurve.of(POSITIVE, same).area()).isEqualTo(0.5);
        assertThat(PrecisionRecallCurve.of(POSITIVE, same).averagePrecision()).isEqualTo(0.5);
    }

    @Test
    void undefinedCurveErrorGivesReason() {
        boolean[] none = new boolean[6];
        assertThatThrownBy(() -> RocCurve.of(none, SCORES))
                .isInstanceOf(UndefinedMetricException.class)
                .hasMessage("ROC curve is not defined: 0 of 6 samples are positive; expected some that are and some "
                        + "that are not");
        assertThatThrownBy(() -> PrecisionRecallCurve.of(none, SCORES))
                .isInstanceOf(UndefinedMetricException.class)
                .hasMessageContaining("none of 6 samples is positive");
        assertThatThrownBy(() -> RocCurve.of(new boolean[2], SCORES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 labels but 6 scores");
    }

    private static VolumeData data(Task task, List<String> names, Split split) {
        return new VolumeData("test", "", task, names, false, true, Optional.empty(), split, split, split);
    }

    @Test
    void asksQuestionsOfEachTask() {
        VolumeShape shape = new VolumeShape(1, 1);
        Split binary = Split.of("test", shape, new byte[3], new int[] {0, 1, 1});
        List<OneVsRest> one = OneVsRest.of(data(Task.BINARY, List.of("no", "yes"), binary), binary, new double[][] {
            {0.8, 0.2}, {0.4, 0.6}, {0.9, 0.1}
        });
        assertThat(one).hasSize(1);
        assertThat(one.getFirst().name()).isEqualTo("yes");
        assertThat(one.getFirst().positive()).containsExactly(false, true, true);
        assertThat(one.getFirst().scores()).containsExactly(0.2, 0.6, 0.1);
        Split three = Split.of("test", shape, new byte[3], new int[] {0, 1, 2});
        assertThat(OneVsRest.of(data(Task.MULTI_CLASS, List.of("a", "b", "c"), three), three, new double[3][3]))
                .extracting(OneVsRest::name)
                .containsExactly("a", "b", "c");
        Split labels = Split.ofMultiLabel("test", shape, new byte[2], new int[][] {{1, 0}, {1, 1}});
        List<OneVsRest> both = OneVsRest.of(
                data(Task.MULTI_LABEL, List.of("p", "q"), labels), labels, new double[][] {{0.9, 0.5}, {0.3, 0.7}});
        assertThat(both.get(0).positive()).containsExactly(true, true);
        assertThat(both.get(0).figures()).isEqualTo(new ClassFigures(1, 0, 1, 0));
        assertThat(both.get(1).figures()).isEqualTo(new ClassFigures(1, 0, 0, 1));
    }
}
