package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.data.npz.NpyArray;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests that a run records its window, and that all commands that use the run read the volumes with it. */
class WindowRunTest {
    private static final List<String> SPLITS = List.of("train", "val", "test");

    @TempDir
    private Path folder;

    private Cli train(Path npz, Path run, Object... more) {
        return trainFor(1, npz, run, more);
    }

    private Cli trainFor(int epochs, Path npz, Path run, Object... more) {
        List<Object> arguments = new ArrayList<>(List.of(
                "train",
                "--npz",
                npz,
                "--out",
                run,
                "--models",
                1,
                "--nets",
                "net1",
                "--epochs",
                epochs,
                "--batch-size",
                8,
                "--threads",
                1));
        arguments.addAll(Arrays.asList(more));
        return Cli.run(arguments.toArray());
    }

    /** Returns the usual test volumes, with values from 0 to 255. */
    private static Map<String, NpyArray> bytes() {
        return TestVolumes.arrays(8, 1, 2, 12, 8, 8);
    }

    /** Writes the same volumes as float32, each value times a factor plus an offset. */
    private Path floats(String name, double factor, double offset) {
        Map<String, NpyArray> arrays = bytes();
        for (String split : SPLITS) {
            NpyArray images = arrays.get(split + "_images");
            float[] values = images.toFloats();
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (values[i] * factor + offset);
            }
            arrays.put(split + "_images", NpyArray.ofFloats(values, images.shape()));
        }
        return TestVolumes.write(folder.resolve(name), arrays);
    }

    private Path masks(String name, int one) {
        Map<String, NpyArray> arrays = bytes();
        for (String split : SPLITS) {
            byte[] voxels = arrays.get(split + "_images").bytes();
            for (int i = 0; i < voxels.length; i++) {
                voxels[i] = (byte) ((voxels[i] & 0xFF) > 125 ? one : 0);
            }
        }
        return TestVolumes.write(folder.resolve(name), arrays);
    }

    private Path weights(Path run) {
        return run.resolve("weights").resolve("member-00-net1-last.safetensors");
    }

    private static void assertSameWeights(Path first, Path second) {
        assertThat(first).hasSameBinaryContentAs(second);
    }

    @Test
    void trainsOnFloatsAsOnTheirWindowedBytes() throws IOException {
        Path asBytes = TestVolumes.write(folder.resolve("bytes.npz"), bytes());
        train(asBytes, folder.resolve("a")).succeeded();
        Cli cli = train(floats("floats.npz", 4, -500), folder.resolve("b"), "--window", "-500,520");
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.err().lines())
                .singleElement()
                .asString()
                .contains("values from -500 to 520 are read as 0 to 1 (window -500,520)");
        assertSameWeights(weights(folder.resolve("a")), weights(folder.resolve("b")));
        assertThat(Files.readString(folder.resolve("b").resolve("run.json")))
                .containsPattern("\"window\" : \\{\\s*\"low\" : -500.0,\\s*\"high\" : 520.0,\\s*\"exact\" : true\\s*}");
        assertThat(Files.readString(folder.resolve("a").resolve("run.json")))
                .containsPattern("\"window\" : \\{\\s*\"low\" : 0.0,\\s*\"high\" : 255.0,\\s*\"exact\" : true\\s*}");
    }

    @Test
    void trainsOnMasksOfOneAsOnMasksOf255() throws IOException {
        Path one = masks("one.npz", 1);
        train(masks("255.npz", 255), folder.resolve("a")).succeeded();
        Cli cli = train(one, folder.resolve("b"));
        assertThat(cli.err().lines())
                .singleElement()
                .asString()
                .contains("one.npz", "volumes hold only 0 and 1: read as masks (window 0,1)");
        assertSameWeights(weights(folder.resolve("a")), weights(folder.resolve("b")));
        assertThat(Files.readString(folder.resolve("b").resolve("run.json")))
                .containsPattern("\"window\" : \\{\\s*\"low\" : 0.0,\\s*\"high\" : 1.0,\\s*\"exact\" : true\\s*}");
    }

    private String scores(Path npz, Path weights, Object... more) throws IOException {
        Path out = folder.resolve("scores.csv");
        List<Object> arguments = new ArrayList<>(
                List.of("predict", "--npz", npz, "--net", "net1", "--weights", weights, "--out", out, "--threads", 1));
        arguments.addAll(Arrays.asList(more));
        Cli cli = Cli.run(arguments.toArray());
        assertThat(cli.code()).as(cli.err()).isZero();
        return Files.readString(out);
    }

    /** The other file has twice the range, which would be its default window. */
    @Test
    void predictsWithTheRunsWindow() throws IOException {
        Path run = folder.resolve("run");
        Path trained = floats("trained.npz", 1, 0);
        assertThat(train(trained, run, "--window", "0,255").code()).isZero();
        String expected = scores(TestVolumes.write(folder.resolve("bytes.npz"), bytes()), weights(run));
        assertThat(scores(trained, weights(run))).isEqualTo(expected);
        Path copy = Files.copy(weights(run), folder.resolve("copy.safetensors"));
        assertThat(scores(trained, copy))
                .as("weights outside a run have no window")
                .isNotEqualTo(expected);
        assertThat(scores(trained, copy, "--window", "0,255")).isEqualTo(expected);
        assertThat(Cli.run(
                                "predict",
                                "--npz",
                                trained,
                                "--net",
                                "net1",
                                "--weights",
                                weights(run),
                                "--out",
                                folder.resolve("scores.csv"),
                                "--window",
                                "0,200")
                        .err())
                .contains("--window is 0,200, but the net was trained with 0,255");
    }

    @Test
    void resumesCombinesAndReportsWithTheSameWindow() throws IOException {
        Path npz = floats("floats.npz", 0.25, 0);
        Path run = folder.resolve("run");
        assertThat(train(npz, run, "--window", "0,63.75").code()).isZero();
        Path whole = folder.resolve("whole");
        trainFor(2, TestVolumes.write(folder.resolve("bytes.npz"), bytes()), whole)
                .succeeded();
        Cli.run("train", "--resume", run, "--epochs", 2, "--window", "0,1")
                .refused("--window is 0,1", "read with 0,63.75");
        Cli resumed = Cli.run("train", "--resume", run, "--epochs", 2, "--window", "0,63.75", "--threads", 1);
        assertThat(resumed.code()).as(resumed.err()).isZero();
        assertSameWeights(weights(whole), weights(run));
        Cli combined = Cli.run("ensemble", "--run", run, "--threads", 1);
        assertThat(combined.code()).as(combined.err()).isZero();
        assertThat(combined.err()).contains("window 0,63.75");
        assertThat(combined.out().replace(run.toString(), "RUN"))
                .isEqualTo(Cli.run("ensemble", "--run", whole, "--threads", 1)
                        .succeeded()
                        .out()
                        .replace(whole.toString(), "RUN")
                        .replace("bytes.npz", "floats.npz"));
        Path page = folder.resolve("page.html");
        assertThat(Cli.run("report", run, "--out", page, "--threads", 1).code()).isZero();
        assertThat(Files.readString(page)).contains("--window 0,63.75", "0,63.75 in the data become 0,1");
    }

    /** Versions without windows read zeros and ones unchanged; their runs are resumed in the same way. */
    @Test
    void resumesAnOlderRunWithUnchangedValues() throws IOException {
        Path npz = masks("one.npz", 1);
        Path asTheyAre = folder.resolve("as-they-are");
        assertThat(trainFor(2, npz, asTheyAre, "--window", "0,255").code()).isZero();
        Path run = folder.resolve("run");
        assertThat(train(npz, run, "--window", "0,255").code()).isZero();
        Path json = run.resolve("run.json");
        String text = Files.readString(json);
        String older = text.replaceFirst(",\\s*\"window\" : \\{[^}]*}", "");
        assertThat(older).hasSizeLessThan(text.length());
        Files.writeString(json, older);
        Cli resumed = Cli.run("train", "--resume", run, "--epochs", 2, "--threads", 1);
        assertThat(resumed.code()).as(resumed.err()).isZero();
        assertSameWeights(weights(asTheyAre), weights(run));
    }

    @Test
    void refusesWrongWindows() {
        Path npz = floats("floats.npz", 1, 0);
        for (String window : List.of("1", "5,5", "9,1", "a,b", "0,NaN")) {
            train(npz, folder.resolve("run"), "--window", window).refused("--window is ", "expected two");
        }
        Cli.run("show", "--flag", "adrenalmnist3d", "--window", "0,1", "--index", 0, "--out", folder.resolve("v.png"))
                .refused("--window requires --npz");
    }

    @Test
    void otherCommandsAcceptMasks() throws IOException {
        Path one = masks("one.npz", 1);
        Path all = masks("255.npz", 255);
        Cli shown = Cli.run("show", "--npz", one, "--index", 1, "--draws", 2, "--out", folder.resolve("one.png"));
        assertThat(shown.err()).contains("read as masks");
        Cli.run("show", "--npz", all, "--index", 1, "--draws", 2, "--out", folder.resolve("all.png"))
                .succeeded();
        assertThat(folder.resolve("one.png")).hasSameBinaryContentAs(folder.resolve("all.png"));
        for (Path npz : List.of(one, all)) {
            Cli found = Cli.run(
                    "lr-find",
                    "--npz",
                    npz,
                    "--steps",
                    12,
                    "--batch-size",
                    4,
                    "--threads",
                    1,
                    "--out",
                    folder.resolve("rates-" + npz.getFileName()));
            assertThat(found.code()).as(found.err()).isZero();
        }
        assertThat(folder.resolve("rates-one.npz.csv")).hasSameBinaryContentAs(folder.resolve("rates-255.npz.csv"));
        Cli tried = Cli.run("train", "--npz", one, "--models", 1, "--nets", "net1", "--fast-dev-run", "--threads", 1);
        assertThat(tried.code()).as(tried.err()).isZero();
        assertThat(tried.err()).contains("read as masks");
    }
}
