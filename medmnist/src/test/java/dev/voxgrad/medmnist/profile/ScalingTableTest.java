package dev.voxgrad.medmnist.profile;

import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.device.CpuPeak;
import dev.voxgrad.engine.trace.LoopEvent;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.TraceEvent;
import dev.voxgrad.engine.trace.Work;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.nets.study.StudyNet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tests the table with made-up events: a convolution of 16 even tasks, one of a single task, and serial passes. */
class ScalingTableTest {
    private static final long MS = 1_000_000;

    private static TraceEvent event(String layer, long ms) {
        return new TraceEvent(
                layer, "conv3d", Pass.FORWARD, List.of(), Shape.of(1), Work.NONE, 0, ms * MS, "main", false);
    }

    private static Profile.Step step(long ms, long singleTask) {
        return new Profile.Step(
                0,
                ms * MS,
                List.of(event("even", 36), event("single", 10), event("serial", 4)),
                List.of(),
                List.of(
                        new LoopEvent("even", "conv3d", Pass.FORWARD, Collections.nCopies(16, 2 * MS)),
                        new LoopEvent("single", "conv3d", Pass.FORWARD, List.of(singleTask * MS))));
    }

    /** Returns a profile of three steps, in one of which the single task was interrupted. */
    private static Profile profile(int threads, long ms) {
        return new Profile(
                new Profiler.Settings(StudyNet.NET1, 32, new VolumeShape(1, 28), 2, true, 3),
                "cpu",
                threads,
                new CpuPeak(5e10, 1e11, 1e10, 8e9),
                List.of(step(ms, 10), step(ms + 7, 17), step(ms, 10)));
    }

    private static List<String> rows(String text) {
        return text.lines()
                .map(line -> line.replaceAll("^\\| | \\|$", "").replaceAll(" +", " "))
                .toList();
    }

    @Test
    void predictsEachPassAndTheStep() {
        assertThat(rows(ScalingTable.of(profile(1, 60), null)))
                .contains(
                        "pass | ms | loops | tasks | 2 | 4 | 8 | 16 | 32 | 64 | alone, %",
                        "even conv3d forward | 36.00 | 1 | 16 | 1.8 | 3.0 | 4.5 | 6.0 | 6.0 | 6.0 | 16.7",
                        "single conv3d forward | 10.00 | 1 | 1 | 1.0 | 1.0 | 1.0 | 1.0 | 1.0 | 1.0 | 100.0",
                        "serial conv3d forward | 4.00 | 0 | 0 | 1.0 | 1.0 | 1.0 | 1.0 | 1.0 | 1.0 | 100.0",
                        "between passes | 10.00 | 0 | 0 | 1.0 | 1.0 | 1.0 | 1.0 | 1.0 | 1.0 | 100.0",
                        "step | 60.00 | 2 | 17 | 1.4 | 1.7 | 1.9 | 2.0 | 2.0 | 2.0 | 50.0");
    }

    @Test
    void comparesThePredictionWithWhatWasMeasured() {
        assertThat(ScalingTable.of(profile(1, 60), profile(2, 55)))
                .contains("with 2 threads: predicted 44 ms, measured 55 ms, 1.25 times as long");
        assertThat(ScalingTable.of(profile(1, 60), null)).doesNotContain("measured 55");
    }

    @Test
    void requiresAProfileWithOneThread() {
        assertThatThrownBy(() -> ScalingTable.of(profile(2, 60), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a profile with 2 threads, expected one");
    }
}
