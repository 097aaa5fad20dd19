package dev.voxgrad.bench.cluster;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class SimulationTest {
    private static double seconds(Workers workers, Double... members) {
        return Simulation.of(workers, List.of(members), 1).seconds();
    }

    @Test
    void aFreeWorkerTakesTheNextMember() {
        assertThat(seconds(Workers.ideal(1, 0), 1.0, 2.0, 3.0)).isEqualTo(6);
        assertThat(seconds(Workers.ideal(2, 0), 1.0, 2.0, 3.0)).isEqualTo(4);
        assertThat(seconds(Workers.ideal(2, 0), 3.0, 2.0, 1.0))
                .as("longest first")
                .isEqualTo(3);
        assertThat(seconds(Workers.ideal(2, 0.5), 3.0, 2.0, 1.0))
                .as("with overhead")
                .isEqualTo(4);
    }

    @Test
    void noNumberOfWorkersEndsBeforeTheLongestMember() {
        Simulation.Course course = Simulation.of(Workers.ideal(64, 0), List.of(1.0, 5.0, 2.0), 1);
        assertThat(course.seconds()).isEqualTo(5);
        assertThat(course.busyShare()).isEqualTo(8 / (64 * 5.0), within(1e-12));
    }

    @Test
    void slowWorkersTakeLonger() {
        assertThat(seconds(Workers.ideal(1, 0).withSlow(1, 0.5), 3.0)).isEqualTo(6);
        double mixed = seconds(
                Workers.ideal(8, 0).withSlow(0.5, 0.5),
                Collections.nCopies(16, 1.0).toArray(Double[]::new));
        assertThat(mixed).isBetween(2.0, 4.0);
    }

    /** Of a worker that is lost, only what it has done since the last checkpoint is repeated. */
    @Test
    void aLostWorkersMemberContinuesFromItsCheckpoint() {
        Workers never = Workers.ideal(1, 0);
        double undisturbed = seconds(never, 1000.0);
        Workers lossy = never.withLosses(100, 7, 1);
        for (long seed = 0; seed < 20; seed++) {
            double disturbed = Simulation.of(lossy, List.of(1000.0), seed).seconds();
            double losses = (disturbed - undisturbed) / 8;
            assertThat(disturbed).as("seed " + seed).isGreaterThan(undisturbed);
            assertThat(losses).as("each costs 7 to 8 s; about 10 are expected").isBetween(1.0, 30.0);
        }
        double coarse =
                Simulation.of(never.withLosses(100, 7, 50), List.of(1000.0), 3).seconds();
        assertThat(coarse)
                .isGreaterThan(Simulation.of(lossy, List.of(1000.0), 3).seconds());
    }

    @Test
    void aMemberOfALostWorkerIsTakenByAnIdleOne() {
        // Two workers, one member, and replacements that take for ever: the second worker takes it up at once.
        Workers workers = Workers.ideal(2, 0).withLosses(2000, 1e9, 1);
        int takenUp = 0;
        for (long seed = 0; seed < 50; seed++) {
            double seconds = Simulation.of(workers, List.of(1000.0), seed).seconds();
            takenUp += seconds > 1000 && seconds < 1002 ? 1 : 0;
        }
        assertThat(takenUp).isBetween(5, 45);
    }

    @Test
    void printsARowForEachNumberOfWorkers() {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = ClusterCommand.execute(new PrintWriter(out), new PrintWriter(err), "--draws", "3");
        assertThat(err.toString()).isEmpty();
        assertThat(code).isZero();
        assertThat(out.toString().lines().filter(line -> line.matches("\\| \\d+ \\|.*")))
                .hasSize(8);
        assertThat(out.toString()).contains("15 members of 500 epochs", "no number of workers ends before it");
        assertThat(ClusterCommand.execute(new PrintWriter(out), new PrintWriter(err), "--slow", "2"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--slow is 2");
    }
}
