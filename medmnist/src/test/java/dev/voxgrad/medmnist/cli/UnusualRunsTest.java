package dev.voxgrad.medmnist.cli;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

import dev.voxgrad.medmnist.cli.ui.Failures;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.nets.study.StudyNet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tests runs at the limits of what is allowed. */
class UnusualRunsTest {
    @TempDir
    private Path folder;

    private static Cli train(Path volumes, Path run, int epochs, int batchSize) {
        return Cli.run(
                "train",
                "--npz",
                volumes,
                "--out",
                run,
                "--models",
                1,
                "--nets",
                "net1",
                "--epochs",
                epochs,
                "--batch-size",
                batchSize,
                "--lr",
                0.003);
    }

    private static Cli predict(Path volumes, Path run, String split, Path out, Object... more) {
        Object[] arguments = {
            "predict",
            "--npz",
            volumes,
            "--net",
            "net1",
            "--split",
            split,
            "--out",
            out,
            "--weights",
            run.resolve("weights/member-00-net1-last.safetensors")
        };
        return Cli.run(Stream.concat(List.of(arguments).stream(), List.of(more).stream())
                .toArray());
    }

    private static List<double[]> scores(Path csv) throws IOException {
        return Files.readAllLines(csv).stream()
                .map(line -> Arrays.stream(line.split(","))
                        .skip(1)
                        .mapToDouble(Double::parseDouble)
                        .toArray())
                .toList();
    }

    private static double lastLoss(Path run) throws IOException {
        return Double.parseDouble(
                Files.readAllLines(run.resolve("history.csv")).getLast().split(",")[3]);
    }

    /** Label b is bit b of a volume's class, so that the loss must use each label by itself. */
    @Test
    void severalLabelsPerVolume() throws IOException {
        Map<String, NpyArray> arrays = TestVolumes.arrays(8, 1, 4, 40, 16, 12);
        for (String split : List.of("train", "val", "test")) {
            int count = arrays.get(split + "_labels").count();
            long[] labels = new long[count * 2];
            for (int i = 0; i < labels.length; i++) {
                labels[i] = i / 2 % 4 >> i % 2 & 1;
            }
            arrays.put(split + "_labels", NpyArray.ofLongs(labels, count, 2));
        }
        Path volumes = TestVolumes.write(folder.resolve("labels.npz"), arrays);
        Path run = folder.resolve("run");
        train(volumes, run, 8, 8).succeeded();
        assertThat(lastLoss(run)).as("below ln 2, the loss of a guess").isLessThan(0.6);
        Path out = folder.resolve("scores.csv");
        predict(volumes, run, "test", out).succeeded();
        assertThat(scores(out))
                .hasSize(12)
                .allMatch(row -> row.length == 2)
                .anyMatch(row -> Math.abs(row[0] + row[1] - 1) > 0.05);
        Cli ensemble = Cli.run("ensemble", "--run", run).succeeded();
        assertThat(ensemble.out()).contains("weighted").doesNotContain("Confusion matrix");
    }

    @Test
    void threeChannels() throws IOException {
        Path volumes = TestVolumes.write(folder.resolve("colour.npz"), 8, 3, 2, 24, 10, 8);
        Path run = folder.resolve("run");
        assertThat(train(volumes, run, 4, 8).succeeded().out()).contains("24/10/8 volumes of [3,8,8,8], 2 classes");
        assertThat(lastLoss(run)).isLessThan(0.69);
        Cli.run("ensemble", "--run", run, "--split", "val").succeeded();
    }

    /** Nine volumes: with a last batch of one, all in one batch, and one by one. */
    @ParameterizedTest
    @ValueSource(ints = {4, 1000, 1})
    void batchesOfAnySize(int batchSize) throws IOException {
        Path volumes = TestVolumes.write(folder.resolve("nine.npz"), 8, 1, 2, 9, 3, 5);
        Path run = folder.resolve("run");
        train(volumes, run, 1, batchSize).succeeded();
        assertThat(Files.readAllLines(run.resolve("history.csv"))).hasSize(2);
        assertThat(lastLoss(run)).isBetween(0.1, 5.0);
        Cli.run("ensemble", "--run", run).succeeded();
    }

    @ParameterizedTest
    @CsvSource({"train,9", "val,3", "test,5", "TEST,5"})
    void predictsEverySplit(String split, int count) throws IOException {
        Path volumes = TestVolumes.write(folder.resolve("nine.npz"), 8, 1, 2, 9, 3, 5);
        train(volumes, folder.resolve("run"), 1, 4).succeeded();
        Path out = Files.writeString(folder.resolve("scores.csv"), "of an earlier day");
        assertThat(predict(volumes, folder.resolve("run"), split, out, "--batch-size", 2)
                        .succeeded()
                        .out())
                .contains(count + " volumes  AUC");
        assertThat(scores(out)).hasSize(count);
    }

    @Test
    void predictsASplitWithoutMetrics() throws IOException {
        Path volumes = TestVolumes.write(folder.resolve("one.npz"), 8, 1, 2, 4, 2, 1);
        assertThat(train(volumes, folder.resolve("run"), 1, 4).err()).contains("its test AUC will be undefined");
        Path out = folder.resolve("scores.csv");
        Cli cli = predict(volumes, folder.resolve("run"), "test", out).succeeded();
        assertThat(cli.out()).contains("AUC -  ACC", "AUC is undefined");
        assertThat(scores(out)).hasSize(1);
    }

    @Test
    void linkStaysALink() throws IOException {
        Path volumes = TestVolumes.write(folder.resolve("nine.npz"), 8, 1, 2, 9, 3, 5);
        train(volumes, folder.resolve("run"), 1, 4).succeeded();
        Path target = Files.writeString(folder.resolve("target.csv"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link.csv"), target);
        predict(volumes, folder.resolve("run"), "test", link).succeeded();
        assertThat(link).isSymbolicLink();
        assertThat(scores(target)).hasSize(5);
    }

    /** Each of three commands warns once and continues. */
    @Test
    void warnsOnceOfAnUnofficialFile() {
        TestVolumes.write(folder.resolve("adrenalmnist3d.npz"), 8, 1, 2, 9, 3, 5);
        Path run = folder.resolve("run");
        warnsOnce(Cli.run(
                "train",
                "--flag",
                "adrenalmnist3d",
                "--root",
                folder,
                "--models",
                2,
                "--nets",
                "net1",
                "--epochs",
                1,
                "--out",
                run));
        warnsOnce(Cli.run(
                "predict",
                "--flag",
                "adrenalmnist3d",
                "--root",
                folder,
                "--net",
                "net1",
                "--out",
                folder.resolve("scores.csv"),
                "--weights",
                run.resolve("weights/member-01-net1-best.safetensors")));
        Cli ensemble = Cli.run("ensemble", "--run", run);
        warnsOnce(ensemble);
        Path[] results = results(run);
        assertThat(results).hasSize(1);
        Cli evaluated = Cli.run("evaluate", "--path", results[0], "--root", folder);
        warnsOnce(evaluated);
        Matcher intervals =
                Pattern.compile("seed 1: AUC (.* to .*), ACC (.* to .*)\n").matcher(evaluated.out());
        assertThat(intervals.find()).as(evaluated.out()).isTrue();
        assertThat(ensemble.out())
                .containsPattern("weighted .*" + intervals.group(1) + " .* " + intervals.group(2) + "\n");
    }

    private static void warnsOnce(Cli cli) {
        assertThat(cli.err().lines())
                .singleElement()
                .asString()
                .startsWith("warning: ")
                .contains(
                        "adrenalmnist3d.npz is not the official file",
                        "MD5",
                        "9/3/5 instead of 1188/98/298",
                        "[1,8,8,8] instead of [1,28,28,28]",
                        "using it");
        assertThat(cli.code()).isZero();
    }

    private static Path[] results(Path run) {
        return Arrays.stream(run.resolve("results").toFile().listFiles())
                .map(File::toPath)
                .toArray(Path[]::new);
    }

    @Test
    void emptyFolderStaysWhenTrainingFails() throws IOException {
        Path volumes = TestVolumes.write(folder.resolve("nine.npz"), 8, 1, 2, 9, 3, 5);
        Path run = Files.createDirectory(folder.resolve("run"));
        Cli.run("train", "--npz", volumes, "--out", run, "--models", 1, "--epochs", 1, "--lr", 1e30)
                .failed("member 0 (net1)", "try a smaller --lr");
        assertThat(run).isEmptyDirectory();
        train(volumes, run, 1, 4).succeeded();
    }

    @Test
    void fullHeapIsReportedInOneLine() {
        StringWriter err = new StringWriter();
        CommandLine command = new CommandLine(new Main()).setErr(new PrintWriter(err));
        int code = new Failures(() -> false).outOfMemory(new OutOfMemoryError("Java heap space"), command);
        assertThat(code).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("medmnist: out of memory: Java may use")
                .contains("Lower --batch-size")
                .hasLineCount(1);
    }

    @Test
    void internalErrorHasItsOwnExitCode() {
        for (Exception unforeseen : List.of(new IllegalStateException("oops"), new NullPointerException())) {
            StringWriter err = new StringWriter();
            CommandLine command = new CommandLine(new Main()).setErr(new PrintWriter(err));
            assertThat(new Failures(() -> false).handleExecutionException(unforeseen, command, null))
                    .isEqualTo(70);
            assertThat(err.toString())
                    .startsWith("medmnist: internal error, this should not have happened: ")
                    .contains("--debug")
                    .hasLineCount(1);
        }
        StringWriter err = new StringWriter();
        CommandLine command = new CommandLine(new Main()).setErr(new PrintWriter(err));
        assertThat(new Failures(() -> true).internalError(new StackOverflowError(), command))
                .isEqualTo(70);
        assertThat(err.toString()).contains("\tat ");
    }

    @Test
    void refusesBatchesBeyondTheLargestTensor() {
        StudyNet.NET3.requireFits(255, new VolumeShape(1, 64));
        assertThatThrownBy(() -> StudyNet.NET3.requireFits(256, new VolumeShape(3, 64)))
                .hasMessageContaining("net3 takes at most 255 volumes of [3,64,64,64]")
                .hasMessageContaining("--batch-size");
    }
}
