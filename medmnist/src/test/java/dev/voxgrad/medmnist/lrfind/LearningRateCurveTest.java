package dev.voxgrad.medmnist.lrfind;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.medmnist.lrfind.LearningRateCurve.End;
import dev.voxgrad.medmnist.lrfind.LearningRateCurve.Point;
import dev.voxgrad.medmnist.lrfind.LearningRateCurve.Range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** Tests range tests with artificial losses. */
class LearningRateCurveTest {
    private static LearningRateCurve measure(int steps, DoubleUnaryOperator lossAt) {
        return LearningRateCurve.measure(new Range(1e-7, 1, steps), lossAt, () -> false, point -> {});
    }

    /** Returns the losses in turn, whatever the rate. */
    private static LearningRateCurve measure(int steps, double... losses) {
        List<Double> taken = new ArrayList<>();
        return measure(steps, rate -> {
            taken.add(rate);
            return losses[taken.size() - 1];
        });
    }

    /** Falls from 1 to 0.2 around a rate of 10⁻³, and rises above 10⁻¹. */
    private static double valley(double rate) {
        return 1 - 0.8 / (1 + Math.exp(-4 * (Math.log10(rate) + 3))) + 0.3 * Math.max(0, Math.log10(rate) + 1);
    }

    @Test
    void ratesGrowByTheSameFactor() {
        Range range = new Range(1e-6, 0.1, 6);
        for (int step = 1; step <= 6; step++) {
            assertThat(range.rate(step)).isCloseTo(Math.pow(10, step - 7), within(1e-12 * Math.pow(10, step - 7)));
        }
        assertThat(List.of(range.rate(1), range.rate(6))).containsExactly(1e-6, 0.1);
        assertThat(new Range(1e-300, 1e300, 3).rate(2)).isCloseTo(1, within(1e-9));
    }

    /** With 20 steps s is one half: the averages 1/2, 5/4 and 21/8 are divided by 1/2, 3/4 and 7/8. */
    @Test
    void smoothingCorrectsItsBias() {
        LearningRateCurve curve = LearningRateCurve.measure(
                new Range(1e-3, 1, 20), rate -> rate < 1.1e-3 ? 1 : rate < 1.5e-3 ? 2 : 4, () -> false, point -> {});
        assertThat(curve.points().subList(0, 3).stream().map(Point::smoothed)).containsExactly(1.0, 5 / 3.0, 3.0);
        assertThat(measure(100, rate -> 0.7).points())
                .hasSize(100)
                .allSatisfy(point -> assertThat(point.smoothed()).isCloseTo(0.7, within(1e-12)));
    }

    @ParameterizedTest
    @CsvSource({"60", "100", "1000"})
    void suggestsSteepestFall(int steps) {
        LearningRateCurve curve = measure(steps, LearningRateCurveTest::valley);
        assertThat(curve.end()).isEqualTo(End.COMPLETE);
        LearningRateCurve.Suggestion found = curve.suggestion().orElseThrow();
        // The average lags by about a tenth of the test, 0.7 decades.
        assertThat(found.point().rate()).isBetween(1e-3, 1e-2);
        assertThat(found.slope()).isBetween(-0.8, -0.2);
        assertThat(found.rounded()).matches("0\\.00\\d{1,2}");
        assertThat(curve.account())
                .contains("falls fastest", "per decade", "The first " + steps / 10 + " and the last " + steps / 20);
    }

    @Test
    void ignoresFallAfterLowestPoint() {
        double[] losses = new double[100];
        for (int i = 0; i < 100; i++) {
            losses[i] = i < 50 ? 1 - 0.01 * i : i < 75 ? 1.5 : 0.6;
        }
        LearningRateCurve curve = measure(100, losses);
        assertThat(curve.end()).isEqualTo(End.COMPLETE);
        assertThat(curve.lowest().orElseThrow().step()).isEqualTo(50);
        assertThat(curve.suggestion().orElseThrow().point().step()).isLessThanOrEqualTo(50);
    }

    @Test
    void endsWhenLossGrowsTooHigh() {
        LearningRateCurve curve = measure(100, rate -> rate < 1e-2 ? valley(rate) : 100);
        assertThat(curve.end()).isEqualTo(End.TOO_HIGH);
        Point last = curve.points().getLast();
        double lowest = curve.lowest().orElseThrow().smoothed();
        assertThat(last.smoothed()).isGreaterThan(4 * lowest);
        assertThat(curve.points().subList(0, last.step() - 1))
                .allSatisfy(point -> assertThat(point.smoothed()).isLessThanOrEqualTo(4 * lowest));
        assertThat(curve.suggestion()).isPresent();
    }

    @ParameterizedTest
    @CsvSource({"NaN", "Infinity"})
    void endsWhenLossIsNotFinite(double loss) {
        LearningRateCurve curve = measure(100, rate -> rate < 0.1 ? valley(rate) : loss);
        assertThat(curve.end()).isEqualTo(End.NOT_FINITE);
        assertThat(curve.points().getLast().loss()).isEqualTo(Double.valueOf(loss));
        assertThat(curve.points().stream().filter(point -> !Double.isFinite(point.loss())))
                .hasSize(1);
        assertThat(curve.suggestion().orElseThrow().point().rate()).isBetween(1e-3, 1e-2);
        assertThat(curve.toCsv())
                .endsWith("," + loss + "," + curve.points().getLast().smoothed() + "\n");
        LearningRateCurve atOnce = measure(100, rate -> loss);
        assertThat(atOnce.points()).hasSize(1);
        assertThat(atOnce.lowest()).isEmpty();
        assertThat(atOnce.account()).contains("Too few points", ": 1, but 20 are required", "smaller --from");
    }

    @Test
    void suggestsNothingForFlatOrShortCurves() {
        LearningRateCurve rising = measure(100, rate -> 1 + rate);
        assertThat(rising.suggestion()).isEmpty();
        assertThat(rising.account()).startsWith("No rate to suggest");
        LearningRateCurve few = measure(19, LearningRateCurveTest::valley);
        assertThat(few.suggestion()).isEmpty();
        assertThat(few.account())
                .isEqualTo("Too few points to suggest a rate: 19, but 20 are required. Use more --steps.");
        assertThat(measure(20, LearningRateCurveTest::valley).suggestion()).isPresent();
    }

    @Test
    void keepsPointsWhenStopped() {
        List<Point> told = new ArrayList<>();
        LearningRateCurve curve = LearningRateCurve.measure(
                new Range(1e-7, 1, 100), LearningRateCurveTest::valley, () -> told.size() == 7, told::add);
        assertThat(curve.end()).isEqualTo(End.STOPPED);
        assertThat(curve.points()).hasSize(7).isEqualTo(told);
        assertThat(curve.account()).contains("Let the test run longer");
        assertThat(curve.toCsv().lines()).hasSize(8).startsWith("step,learning_rate,loss,smoothed_loss");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "0;    1;   100; from is 0.0; expected a positive number",
                "NaN;  1;   100; from is NaN; a positive number",
                "1e-3; Infinity; 100; to is Infinity; a positive number",
                "1e-3; 1e-3; 100; from is 0.001; less than the last rate, --to 0.001",
                "1;    0.1; 100; from is 1.0; less than the last rate, --to 0.1",
                "1e-3; 1;   1;   steps is 1; expected 2 to"
            })
    void refusesInvalidRanges(double from, double to, int steps, String part, String other) {
        assertThatThrownBy(() -> new Range(from, to, steps))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(part, other);
    }
}
