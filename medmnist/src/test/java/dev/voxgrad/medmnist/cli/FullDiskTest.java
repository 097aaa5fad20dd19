package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests training on a disk that fills up, in a separate process: it reports the full disk, keeps its progress, and once
 * there is room again, ends with the same bytes as an undisturbed run.
 */
@Timeout(300)
class FullDiskTest {
    private static final String ROOMY = "size=64m";

    @TempDir
    private static Path folder;

    private static Path volumes;
    private static Map<String, String> expected;
    private static long checkpointBytes;
    private static long weightsBytes;

    @BeforeAll
    static void trainUndisturbed() throws IOException, InterruptedException {
        volumes = TestVolumes.write(folder.resolve("volumes.npz"), 8, 1, 2, 24, 12, 4);
        Path run = folder.resolve("undisturbed");
        Path log = folder.resolve("undisturbed.log");
        assertThat(run(List.of(), log, train(run))).as(() -> text(log)).isZero();
        expected = ChildTraining.outcome(run);
        assertThat(expected).hasSize(6);
        checkpointBytes = Files.size(run.resolve("members/member-00.checkpoint"));
        weightsBytes = Files.size(run.resolve("weights/member-00-net1-best.safetensors"));
        assertThat(checkpointBytes).isGreaterThan(2 * weightsBytes);
    }

    private static Object[] train(Path run) {
        return new Object[] {
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
            3,
            "--batch-size",
            8,
            "--seed",
            3,
            "--checkpoint-minutes",
            "1e-9"
        };
    }

    private static Object[] resume(Path run) {
        return new Object[] {"train", "--resume", run, "--checkpoint-minutes", "1e-9"};
    }

    private static int run(List<String> prefix, Path log, Object... arguments)
            throws IOException, InterruptedException {
        Process process = ChildTraining.start(log, prefix, arguments);
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS))
                    .as("ends in time")
                    .isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    private static String text(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** There is room for the best model and two checkpoints, but not for the third, nor for resuming. */
    @Test
    void fullDiskKeepsThePreviousCheckpoint() throws IOException, InterruptedException {
        Path mount = folder.resolve("third");
        Path run = mount.resolve("run");
        Path log = folder.resolve("third.log");
        try (SmallDisk disk = SmallDisk.mount(mount, weightsBytes + checkpointBytes * 5 / 2)) {
            assertThat(run(disk.prefix(), log, train(run))).as(() -> text(log)).isEqualTo(1);
            assertThat(text(log))
                    .contains(
                            run.resolve("members/member-00.checkpoint.new")
                                    + ": cannot be written: No space left on device",
                            "Resume with: medmnist train --resume " + run)
                    .doesNotContain("should not have happened");
            Path seen = disk.fromOutside(run);
            byte[] newest = Files.readAllBytes(seen.resolve("members/member-00.checkpoint"));
            byte[] former = Files.readAllBytes(seen.resolve("members/member-00.checkpoint.previous"));
            assertThat(leftovers(seen)).isEmpty();

            Path again = folder.resolve("third-again.log");
            assertThat(run(disk.prefix(), again, resume(run)))
                    .as(() -> text(again))
                    .isEqualTo(1);
            assertThat(text(again)).contains("No space left on device").doesNotContain("damaged", "warning");
            assertThat(Files.readAllBytes(seen.resolve("members/member-00.checkpoint")))
                    .isEqualTo(newest);
            assertThat(Files.readAllBytes(seen.resolve("members/member-00.checkpoint.previous")))
                    .isEqualTo(former);
            Path status = folder.resolve("third-status.log");
            assertThat(run(disk.prefix(), status, "status", run))
                    .as(() -> text(status))
                    .isZero();

            disk.remount(ROOMY);
            Path roomy = folder.resolve("third-roomy.log");
            assertThat(run(disk.prefix(), roomy, resume(run)))
                    .as(() -> text(roomy))
                    .isZero();
            assertThat(text(roomy)).doesNotContain("damaged", "warning: " + run);
            assertThat(ChildTraining.outcome(seen)).isEqualTo(expected);
        }
    }

    @Test
    void resumesBitForBitAfterDiskFull() throws IOException, InterruptedException {
        fillAndResume(1.6);
    }

    /**
     * There is room for that many checkpoints: the disk is full at the first file, the first checkpoint, or in member
     * 1.
     */
    @ParameterizedTest
    @ValueSource(doubles = {0.002, 0.9, 4.4})
    @Tag("thorough")
    void resumesBitForBitWheneverTheDiskIsFull(double checkpoints) throws IOException, InterruptedException {
        fillAndResume(checkpoints);
    }

    private static void fillAndResume(double checkpoints) throws IOException, InterruptedException {
        Path mount = folder.resolve("disk-" + checkpoints);
        Path run = mount.resolve("run");
        Path log = folder.resolve("disk-" + checkpoints + "-run.log");
        try (SmallDisk disk = SmallDisk.mount(mount, (long) (checkpoints * checkpointBytes))) {
            assertThat(run(disk.prefix(), log, train(run))).as(() -> text(log)).isEqualTo(1);
            assertThat(text(log))
                    .contains("medmnist: ", run.toString(), "No space left on device")
                    .doesNotContain("should not have happened", "\tat ");
            Path seen = disk.fromOutside(run);
            boolean started = Files.exists(seen.resolve("run.json"));
            assertThat(started || Files.notExists(seen))
                    .as("a run that learned nothing is gone")
                    .isTrue();
            assertThat(text(log).contains("Resume with: medmnist train --resume " + run))
                    .isEqualTo(started);
            assertThat(started).isEqualTo(checkpoints > 1);
            disk.remount(ROOMY);
            Path roomy = folder.resolve("disk-" + checkpoints + "-roomy.log");
            assertThat(run(disk.prefix(), roomy, started ? resume(run) : train(run)))
                    .as(() -> text(roomy))
                    .isZero();
            assertThat(ChildTraining.outcome(seen)).isEqualTo(expected);
            assertThat(leftovers(seen)).isEmpty();
        }
    }

    /** Returns parts of files that were not completed, which would take up room forever. */
    private static List<Path> leftovers(Path run) throws IOException {
        try (Stream<Path> files = Files.walk(run)) {
            return files.filter(file -> file.getFileName().toString().matches("\\..*|.*\\.(part|tmp|new)"))
                    .toList();
        }
    }
}
