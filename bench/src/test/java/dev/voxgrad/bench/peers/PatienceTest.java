package dev.voxgrad.bench.peers;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests when warming up and timing end. */
class PatienceTest {
    private final Patience patience = new Patience(5, 6, 7, 20);

    @Test
    void shortStepsRunUntilBothMinimumsAreReached() {
        assertThat(patience.warm(4, 7)).isFalse();
        assertThat(patience.warm(1000, 5.9)).isFalse();
        assertThat(patience.warm(5, 6)).isTrue();
        assertThat(patience.timed(6, 1)).isFalse();
        assertThat(patience.timed(7, 1)).isTrue();
    }

    @Test
    void longStepsRunAtLeastThreeTimes() {
        assertThat(patience.warm(2, 60)).isFalse();
        assertThat(patience.warm(3, 20)).isTrue();
        assertThat(patience.warm(3, 19.9)).isFalse();
        assertThat(patience.timed(2, 60)).isFalse();
        assertThat(patience.timed(3, 20)).isTrue();
    }

    @Test
    void describesItself() {
        assertThat(patience)
                .hasToString("at least 5 steps and 6 seconds to warm up, then the median of 7; of steps that take "
                        + "seconds, as many as fit into 20 seconds, but at least 3");
    }
}
