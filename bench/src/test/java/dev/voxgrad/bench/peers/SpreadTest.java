package dev.voxgrad.bench.peers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.voxgrad.bench.peers.Comparison.Job;
import dev.voxgrad.bench.peers.Reading.Measured;
import dev.voxgrad.bench.step.EngineName;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tests medians, ratios, remaining time, and parsing the kernel's lists. */
class SpreadTest {
    @Test
    void computesMedianOfOddAndEvenCounts() {
        double[] numbers = {9, 1, 5};
        assertThat(Spread.of(numbers)).isEqualTo(new Spread(5, 1, 9));
        assertThat(numbers).as("unchanged").containsExactly(9, 1, 5);
        assertThat(Spread.of(4, 1, 3, 100)).isEqualTo(new Spread(3.5, 1, 100));
        assertThat(Spread.of(7)).isEqualTo(new Spread(7, 7, 7));
        assertThatThrownBy(Spread::of).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void textHasARangeOnlyIfValuesDiffer() {
        assertThat(Spread.of(412.4).toText(0)).isEqualTo("412");
        assertThat(Spread.of(1, 2, 4).toText(2)).isEqualTo("2.00 (1.00–4.00)");
    }

    @Test
    void ignoresOneSlowStep() {
        Usage usage = new Usage(1, 1, 1, 1);
        Reading reading = new Reading(
                "1",
                new Measured(new double[] {10, 11, 900}, 2, usage, ""),
                new Measured(new double[] {3, 2, 70}, 1, usage, ""),
                0.7,
                0.6,
                Map.of(),
                List.of());
        assertThat(reading.median(Phase.TRAIN)).isEqualTo(11);
        assertThat(reading.median(Phase.INFER)).isEqualTo(3);
    }

    @Test
    void computesRatiosWithinARound() {
        Comparison comparison = Samples.comparison();
        assertThat(comparison.ratio(EngineName.LIBTORCH, Samples.SMALL, Phase.TRAIN))
                .contains(new Spread(3, 2, 4));
    }

    @Test
    void ratiosOverCasesUseEachCasesMedian() {
        Comparison comparison = Samples.comparison();
        assertThat(comparison.overCases(EngineName.LIBTORCH, Phase.INFER)).contains(new Spread(3, 3, 3));
        comparison.fail(new Job(EngineName.LIBTORCH, Samples.SMALL), "");
        comparison.fail(new Job(EngineName.LIBTORCH, Samples.LARGE), "");
        assertThat(comparison.overCases(EngineName.LIBTORCH, Phase.INFER)).isEmpty();
    }

    @Test
    void estimatesTimeLeftFromLastTimes() {
        List<Job> jobs = Samples.comparison().jobs();
        TimeLeft timeLeft = new TimeLeft();
        timeLeft.took(jobs.get(0), 10);
        timeLeft.took(jobs.get(1), 20);
        assertThat(timeLeft.of(jobs)).as("the unknown ones at the average").isEqualTo(10 + 20 + 15 + 15);
        timeLeft.took(jobs.get(0), 30);
        assertThat(timeLeft.of(jobs.subList(0, 1))).isEqualTo(30);
        assertThat(timeLeft.of(List.of())).isZero();
    }

    @Test
    void parsesCoreLists() {
        assertThat(Linux.cores("0-3,8")).containsExactly(0, 1, 2, 3, 8);
        assertThat(Linux.cores("5")).containsExactly(5);
        for (String odd : new String[] {"", ",", "-", "a-b", "1-2-3", "3-1", "99999999999", "-1", "0x1"}) {
            assertThat(Linux.cores(odd)).as(odd).isEmpty();
        }
        assertThat(Linux.cores("0-999999999")).hasSize(1 << 16);
    }

    @Test
    void acceptsAnyProcessStatus() throws IOException {
        byte[] status = "Name:\tb\u00e4d\n:\nVmHWM:\t  20480 kB\nVmHWM\n".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(Linux.peakRssMb(status)).isEqualTo(20);
        for (String odd : new String[] {"", ":", "VmHWM:", "VmHWM: x kB", "VmHWM: 99999999999999999999 kB"}) {
            assertThatThrownBy(() -> Linux.peakRssMb(odd.getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("VmHWM");
        }
    }
}
