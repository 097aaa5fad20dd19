package dev.voxgrad.medmnist.profile;

import java.util.List;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.device.CpuPeak;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.TraceEvent;
import dev.voxgrad.engine.trace.Work;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.nets.study.StudyNet;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests the arithmetic of the table with made-up events on a machine of 100 GFLOP/s and 10 GB/s. */
class FloorTableTest {
    private static final long MS = 1_000_000;

    private static TraceEvent event(String layer, String op, Pass pass, Work work, long ms) {
        return new TraceEvent(layer, op, pass, List.of(), Shape.of(1), work, 0, ms * MS, "main", false);
    }

    private static String table() {
        Profile.Step step = new Profile.Step(
                0,
                50 * MS,
                List.of(
                        // 20 ms of arithmetic, 1 ms of traffic
                        event("layer1.0", "conv3d", Pass.FORWARD, new Work("direct", 1, 2_000_000_000, 10_000_000), 25),
                        // 4 ms of traffic
                        event("layer1.1", "add", Pass.FORWARD, Work.moving(10_000_000), 5),
                        event("", "optimizer", Pass.UPDATE, Work.moving(2_500_000), 9)),
                List.of(),
                List.of());
        return FloorTable.of(new Profile(
                new Profiler.Settings(StudyNet.NET1, 32, new VolumeShape(1, 28), 2, true, 1),
                "cpu",
                2,
                new CpuPeak(5e10, 1e11, 1e10, 8e9),
                List.of(step)));
    }

    @Test
    void floorIsTheLongerOfArithmeticAndTraffic() {
        assertThat(rows())
                .contains(
                        "layer1.0 conv3d forward direct | 2.00 | 0.010 | 20.00 | 1.00 | 20.00 | 25.00 | 5.00 | 1.25",
                        "layer1.1 add forward | | 0.040 | | 4.00 | 4.00 | 5.00 | 1.00 | 1.25",
                        "optimizer update | | 0.010 | | 1.00 | 1.00 | 9.00 | 8.00 | 9.00");
    }

    @Test
    void floorOfALayerIsTheSumOfItsPassesFloors() {
        assertThat(rows())
                .contains(
                        "layer1 forward | 2.00 | 0.050 | 20.00 | 5.00 | 24.00 | 30.00 | 6.00 | 1.25",
                        "all passes | 2.00 | 0.060 | 20.00 | 6.00 | 25.00 | 39.00 | 14.00 | 1.56",
                        "between passes | | | | | | 11.00 | 11.00 |");
    }

    @Test
    void listsThoseFurthestAboveFirst() {
        List<String> rows = rows();
        List<String> furthest = rows.subList(rows.indexOf("**Furthest above their floors**"), rows.size());
        assertThat(furthest.subList(4, 7))
                .extracting(row -> row.split(" \\|")[0])
                .containsExactly("optimizer update", "layer1.0 conv3d forward direct", "layer1.1 add forward");
    }

    @Test
    void headingComparesTheStepWithTheSumOfFloors() {
        assertThat(table().replace('\n', ' '))
                .startsWith(
                        "net1, training step of 32 volumes [1,28,28,28] on 2 threads: 50 ms, median of 1. The floors "
                                + "of its passes add up to 25 ms: it takes 2.00 times its floor. "
                                + "Measured peaks: 100 GFLOP/s, 10.0 GB/s.");
    }

    /** Returns the lines without the bars at both ends, and with single blanks. */
    private static List<String> rows() {
        return table().lines()
                .map(line ->
                        line.replaceAll(" +", " ").replaceAll("^\\| | \\|$", "").strip())
                .toList();
    }
}
