package dev.voxgrad.bench;

import org.junit.jupiter.api.Test;

import dev.voxgrad.bench.WarmUpBenchmark.WarmUp;

import static org.assertj.core.api.Assertions.assertThat;

class WarmUpBenchmarkTest {
    @Test
    void countsStepsUntilFullSpeedAndWhatTheyLost() {
        WarmUp warmUp = WarmUp.of(2400, 600, 530, 525, 510, 500, 490, 540, 500, 500);
        assertThat(warmUp).isEqualTo(new WarmUp(500, 3, 1900 + 100 + 30));
        assertThat(warmUp).hasToString("full speed, 500 ms a step, after 3 steps, which lost 2.0 s");
    }

    @Test
    void aSlowStepAtFullSpeedIsNoWarmUp() {
        assertThat(WarmUp.of(500, 900, 500, 500, 500, 500)).isEqualTo(new WarmUp(500, 0, 0));
        assertThat(WarmUp.of(700)).isEqualTo(new WarmUp(700, 0, 0));
    }

    @Test
    void withoutFullSpeedInTheFirstHalfAllOfItCounts() {
        assertThat(WarmUp.of(900, 800, 500, 500)).isEqualTo(new WarmUp(500, 2, 700));
    }
}
