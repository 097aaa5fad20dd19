package dev.voxgrad.medmnist.metrics;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class FormulaIntervalsTest {
    /** Eight of ten: 0.490 to 0.943 is in every textbook's example of Wilson's interval. */
    @Test
    void intervalOfShare() {
        Bootstrap.Interval interval = FormulaIntervals.ofShare(0.8, 10);
        assertThat(interval.low()).isCloseTo(0.4902, within(1e-4));
        assertThat(interval.high()).isCloseTo(0.9433, within(1e-4));
        assertThat(FormulaIntervals.ofShare(1, 20).high()).isCloseTo(1, within(1e-12));
        assertThat(FormulaIntervals.ofShare(0, 20).low()).isCloseTo(0, within(1e-12));
    }

    /** The example of Hanley and McNeil: 51 abnormal and 58 normal images, area 0.893, standard error 0.032. */
    @Test
    void intervalOfAuc() {
        Bootstrap.Interval interval = FormulaIntervals.ofAuc(0.893, 51, 58);
        assertThat((interval.high() - interval.low()) / 2 / 1.96).isCloseTo(0.032, within(1e-3));
        assertThat(FormulaIntervals.ofAuc(1, 3, 4)).isEqualTo(new Bootstrap.Interval(1, 1));
    }
}
