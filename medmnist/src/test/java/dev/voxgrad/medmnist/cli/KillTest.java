package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.engine.random.RandomStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Kills a real training process at random moments, resumes it each time, and compares the result byte for byte with
 * that of an uninterrupted run.
 */
@Timeout(600)
class KillTest {
    private static final List<String> ALONE = List.of();

    @TempDir
    private static Path folder;

    private static Path volumes;
    private static Map<String, String> expected;
    private static long expectedMillis;

    @BeforeAll
    static void trainUndisturbed() throws IOException, InterruptedException {
        volumes = TestVolumes.write(folder.resolve("volumes.npz"), 8, 1, 2, 24, 12, 4);
        Path run = folder.resolve("undisturbed");
        long start = System.nanoTime();
        end(ChildTraining.start(folder.resolve("log"), ALONE, arguments("--out", run)), 0);
        expectedMillis = (System.nanoTime() - start) / 1_000_000;
        expected = ChildTraining.outcome(run);
        assertThat(expected).hasSize(6);
    }

    /**
     * Trains two members for eight epochs of three steps, with a checkpoint after every step, so that there are many
     * states to be killed in. The average is additional state that must be restored.
     */
    private static Object[] arguments(String folderOption, Path run) {
        return new Object[] {
            "train",
            "--npz",
            volumes,
            folderOption,
            run,
            "--models",
            2,
            "--nets",
            "net1",
            "--epochs",
            8,
            "--batch-size",
            8,
            "--seed",
            3,
            "--ema",
            0.9,
            "--checkpoint-minutes",
            "1e-9"
        };
    }

    private static Object[] resume(Path run) {
        return new Object[] {"train", "--resume", run, "--checkpoint-minutes", "1e-9"};
    }

    private static void end(Process process, int code) throws IOException, InterruptedException {
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("ends in time").isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(folder.resolve("log")))
                .isEqualTo(code);
    }

    @Test
    void resumesBitForBitAfterFiveKills() throws IOException, InterruptedException {
        killAndResume(5, 4, 1);
    }

    @Test
    @Tag("thorough")
    void resumesBitForBitAfter28Kills() throws IOException, InterruptedException {
        killAndResume(28, 25, 10);
    }

    /**
     * Kills a run up to {@code most} times. Requires at least {@code least} kills, and at least
     * {@code leastWithProgress} kills after which the run had made progress.
     */
    private static void killAndResume(int most, int least, int leastWithProgress)
            throws IOException, InterruptedException {
        Path run = folder.resolve("killed-" + most);
        RandomStream random = new RandomStream(System.nanoTime(), 0, 0, 0);
        int kills = 0;
        int killsWithProgress = 0;
        boolean ended = false;
        while (!ended) {
            boolean started = Files.exists(run.resolve("run.json"));
            long before = progress(run);
            Process process =
                    ChildTraining.start(folder.resolve("log"), ALONE, started ? resume(run) : arguments("--out", run));
            ended = kills >= most
                    ? process.waitFor(120, TimeUnit.SECONDS)
                    : !kill(process, kills % 4 == 3, run, before, random);
            if (ended) {
                assertThat(process.exitValue())
                        .as(Files.readString(folder.resolve("log")))
                        .isZero();
            } else {
                kills++;
                killsWithProgress += progress(run) > before ? 1 : 0;
            }
            if (!started && !ended && Files.notExists(run.resolve("run.json"))) {
                remove(run); // killed while it created its folder
            }
        }
        assertThat(kills).isGreaterThanOrEqualTo(least);
        assertThat(killsWithProgress).as("kills in the middle of the work").isGreaterThanOrEqualTo(leastWithProgress);
        assertThat(ChildTraining.outcome(run)).isEqualTo(expected);
        for (String written : List.of("members", "weights")) {
            try (Stream<Path> files = Files.list(run.resolve(written))) {
                assertThat(files)
                        .noneMatch(file -> file.getFileName().toString().startsWith("."));
            }
        }
    }

    /** Kills a process at a random moment, either while it starts or soon after it has made progress. */
    private static boolean kill(Process process, boolean atStart, Path run, long before, RandomStream random)
            throws IOException, InterruptedException {
        if (atStart) {
            Thread.sleep(random.nextInt(Math.clamp(expectedMillis / 3, 200, 2000)));
        } else {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (process.isAlive() && progress(run) <= before && System.nanoTime() < deadline) {
                Thread.sleep(1);
            }
            TimeUnit.MICROSECONDS.sleep(random.nextInt(60_000));
        }
        boolean alive = process.isAlive();
        process.destroyForcibly();
        process.waitFor();
        return alive;
    }

    /** Returns a number that grows with every checkpoint. */
    private static long progress(Path run) throws IOException {
        long newest = 0;
        for (int member = 0; member < 2; member++) {
            Path checkpoint = run.resolve("members/member-0" + member + ".checkpoint");
            try {
                newest = Math.max(newest, Files.getLastModifiedTime(checkpoint).to(TimeUnit.NANOSECONDS));
            } catch (NoSuchFileException e) {
                continue; // not written yet, or being replaced
            }
        }
        return newest;
    }

    private static void remove(Path run) throws IOException {
        if (Files.exists(run)) {
            try (Stream<Path> files = Files.walk(run)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** On SIGTERM, it finishes the step, writes the checkpoint, and says how to resume. */
    @Test
    void sigtermWritesACheckpoint() throws IOException, InterruptedException {
        Path run = folder.resolve("stopped");
        Path log = folder.resolve("stop.log");
        Process process = ChildTraining.start(
                log,
                ALONE,
                "train",
                "--npz",
                volumes,
                "--out",
                run,
                "--models",
                2,
                "--nets",
                "net1",
                "--epochs",
                8,
                "--batch-size",
                8,
                "--seed",
                3,
                "--ema",
                0.9);
        while (process.isAlive() && progress(run) == 0) {
            Thread.sleep(1);
        }
        process.destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isEqualTo(143);
        assertThat(Files.readString(log))
                .contains("stopped member 0 (net1) after epoch", "Resume with: medmnist train --resume " + run);
        end(ChildTraining.start(folder.resolve("log"), ALONE, "train", "--resume", run), 0);
        assertThat(ChildTraining.outcome(run)).isEqualTo(expected);
    }

    /** A limit on file sizes simulates a full disk: tables can be written, but the checkpoint cannot. */
    @Test
    void failedCheckpointLosesNothing() throws IOException, InterruptedException {
        Path run = folder.resolve("full");
        Path log = folder.resolve("full.log");
        Process process = ChildTraining.start(
                log, List.of("sh", "-c", "ulimit -f 1000; exec \"$@\"", "limited"), arguments("--out", run));
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isEqualTo(1);
        assertThat(Files.readString(log))
                .contains(".checkpoint.new: cannot be written")
                .doesNotContain("should not have happened");
        if (Files.exists(run)) {
            end(ChildTraining.start(folder.resolve("log"), ALONE, resume(run)), 0);
            assertThat(ChildTraining.outcome(run)).isEqualTo(expected);
        }
    }
}
