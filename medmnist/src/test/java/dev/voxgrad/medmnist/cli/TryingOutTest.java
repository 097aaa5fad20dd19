package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.data.npz.NpyArray;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests {@code train --overfit-one-batch} and {@code --fast-dev-run}, which leave no files. */
class TryingOutTest {
    @TempDir
    private Path folder;

    private Path volumes;

    @BeforeEach
    void makeVolumes() throws IOException {
        volumes = TestVolumes.write(folder.resolve("volumes.npz"), 16, 1, 2, 40, 30, 4);
    }

    @AfterEach
    void nothingIsLeftBehind() throws IOException {
        assertThat(temporary(ProcessHandle.current())).isEmpty();
        assertThat(folder.resolve("run")).doesNotExist();
    }

    /** Returns the temporary folders of that process; other processes may run trials at the same time. */
    private static List<Path> temporary(ProcessHandle process) throws IOException {
        String prefix = "voxgrad-fast-dev-run-" + process.pid() + "-";
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .toList();
        }
    }

    private static Cli train(Path file, Object... more) {
        List<Object> words = new ArrayList<>(List.of("train", "--npz", file, "--batch-size", 8, "--seed", 3));
        words.addAll(Arrays.asList(more));
        return Cli.run(words.toArray());
    }

    @Test
    void memorisesOneBatch() {
        Cli cli = train(
                        volumes,
                        "--nets",
                        "net1,net2",
                        "--overfit-one-batch",
                        "--out",
                        folder.resolve("run"),
                        "--schedule",
                        "cosine",
                        "--ema",
                        0.9)
                .succeeded();
        assertThat(cli.out())
                .containsPattern("net1  step 1/200  loss 0\\.\\d+\nnet1  step 2/200")
                .containsPattern("net1: the loss of one batch of 8 volumes went from 0\\.[4-9]\\d+ to 0\\.00\\d+ in "
                        + "\\d+ steps, near zero \\(below 0.01\\)\n")
                .containsPattern("net2: .* near zero")
                .contains("work together", "No files were kept")
                .doesNotContain("AUC", "same label", "not near zero");
    }

    /** Equal volumes with different labels: the lowest possible loss is ln 2. */
    @Test
    void failsIfABatchCannotBeLearned() throws IOException {
        Map<String, NpyArray> arrays = TestVolumes.arrays(8, 1, 2, 16, 8, 4);
        byte[] voxels = new byte[16 * 512];
        for (int i = 0; i < voxels.length; i++) {
            voxels[i] = (byte) (i % 512 * 7);
        }
        arrays.put("train_images", NpyArray.ofBytes(voxels, 16, 8, 8, 8));
        Path equal = TestVolumes.write(folder.resolve("equal.npz"), arrays);
        Cli cli = train(equal, "--nets", "net1", "--models", 1, "--overfit-one-batch", 30);
        cli.failed(
                "net1: cannot memorise one batch within 30 steps",
                "--overfit-one-batch 150",
                "equal volumes with different labels");
        assertThat(cli.out())
                .containsPattern("to 0\\.[67]\\d+ in 30 steps, not near zero \\(below 0.01\\)\n")
                .doesNotContain("work together");
    }

    @Test
    void warnsOfABatchOfOneClass() throws IOException {
        Map<String, NpyArray> arrays = TestVolumes.arrays(8, 1, 2, 16, 8, 4);
        long[] labels = new long[16];
        Arrays.fill(labels, 0, 8, 1);
        arrays.put("train_labels", NpyArray.ofLongs(labels, 16, 1));
        Path sorted = TestVolumes.write(folder.resolve("sorted.npz"), arrays);
        assertThat(train(sorted, "--nets", "net1", "--models", 1, "--overfit-one-batch")
                        .succeeded()
                        .out())
                .contains("all of them have the same label");
    }

    @Test
    void reportsDivergence() {
        train(volumes, "--nets", "net1", "--overfit-one-batch", "--lr", "1e30").failed("net1: ", "smaller --lr");
        train(volumes, "--nets", "net1", "--fast-dev-run", "--lr", "1e30").failed("net1", "smaller --lr");
    }

    @Test
    void fastDevRunTrainsAndValidates() {
        Cli cli = train(
                        volumes,
                        "--fast-dev-run",
                        "--out",
                        folder.resolve("run"),
                        "--warmup-epochs",
                        5,
                        "--patience",
                        3,
                        "--ema",
                        0.9,
                        "--class-weights",
                        "balanced")
                .succeeded();
        for (String net : List.of("net1", "net2", "net3")) {
            assertThat(cli.out())
                    .containsPattern(net
                            + "  2 steps of up to 8 volumes, the loss of the last \\d\\.\\d+; 16 volumes validated");
        }
        assertThat(cli.out())
                .contains("net1, net2, net3: training, validation, and writing checkpoints", "was removed")
                .doesNotContain("AUC", "ACC", "ensemble --run");
        assertThat(train(volumes, "--fast-dev-run", 4, "--members", "1,4")
                        .succeeded()
                        .out())
                .contains("net2  4 steps of up to 8 volumes", "; 30 volumes validated")
                .doesNotContain("net1", "net3");
    }

    /** The first validation volumes are of one class, so more are used until AUC is defined. */
    @Test
    void validatesAsManyVolumesAsAucNeeds() throws IOException {
        Map<String, NpyArray> arrays = TestVolumes.arrays(8, 1, 2, 16, 20, 4);
        long[] labels = new long[20];
        Arrays.fill(labels, 13, 20, 1);
        arrays.put("val_labels", NpyArray.ofLongs(labels, 20, 1));
        Path sorted = TestVolumes.write(folder.resolve("sorted.npz"), arrays);
        assertThat(train(sorted, "--fast-dev-run", 1, "--nets", "net1")
                        .succeeded()
                        .out())
                .contains("1 step of up to 8", "; 16 volumes validated");
    }

    /** SIGTERM during the trial: the folder is removed nevertheless. */
    @Test
    void signalRemovesTheFolder() throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        Process process = ChildTraining.start(
                log, List.of(), "train", "--npz", volumes, "--batch-size", 1, "--fast-dev-run", 40, "--seed", 3);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (process.isAlive() && temporary(process.toHandle()).isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(1);
        }
        process.destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isEqualTo(143);
        assertThat(temporary(process.toHandle())).isEmpty();
    }

    @Test
    void refusesWrongUse() throws IOException {
        train(volumes, "--overfit-one-batch", 0).refused("--overfit-one-batch is 0; expected at least 1");
        train(volumes, "--fast-dev-run", 0).refused("--fast-dev-run is 0; expected at least 1");
        train(volumes, "--fast-dev-run", "--overfit-one-batch").refused("mutually exclusive");
        Cli.run("train", "--resume", folder, "--fast-dev-run").refused("--fast-dev-run tries out a new run");
        train(volumes, "--fast-dev-run", "--out", folder).failed(folder, "is not empty");
        train(volumes, "--fast-dev-run", "--class-weights", "1,2,3").failed("3 numbers", "2 classes");
    }
}
