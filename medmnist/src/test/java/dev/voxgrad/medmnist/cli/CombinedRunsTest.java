package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.medmnist.baseline.MadeUpBaseline;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.DataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Combines several runs and baselines on the command line. */
class CombinedRunsTest {
    @TempDir
    private static Path folder;

    private static Path volumes;
    private static Path first;
    private static Path second;
    private static Path baseline;

    private Path out;

    @BeforeAll
    static void train() throws IOException {
        volumes = TestVolumes.write(folder.resolve("own.npz"), 8, 1, 2, 24, 20, 22);
        first = train("first", volumes, "--seed", 1);
        second = train("second", volumes, "--seed", 2);
        baseline = baseline("base", volumes);
    }

    @BeforeEach
    void chooseFolder() throws IOException {
        out = Files.createTempDirectory(folder, "out").resolve("combined");
    }

    private static Path train(String name, Path npz, Object... more) {
        Path run = folder.resolve(name);
        List<Object> words = new ArrayList<>(List.of("train", "--npz", npz, "--out", run, "--nets", "net1"));
        words.addAll(List.of("--epochs", 2, "--batch-size", 8, "--augment", "none", "--lr", 0.003));
        words.addAll(Arrays.asList(more));
        if (!words.contains("--models")) {
            words.addAll(List.of("--models", 1));
        }
        Cli.run(words.toArray()).succeeded();
        return run;
    }

    /** Writes a baseline whose probability of the true class is uniform from 0.35 to 1. */
    private static Path baseline(String name, Path npz) {
        DataSource source = DataSource.file(npz, List.of());
        VolumeData data = source.load(note -> {});
        SplittableRandom random = new SplittableRandom(3);
        Path path = folder.resolve(name);
        MadeUpBaseline.write(
                path,
                source,
                data,
                guesses(data.train().labels(), random),
                guesses(data.val().labels(), random),
                guesses(data.test().labels(), random));
        return path;
    }

    private static double[][] guesses(int[] labels, SplittableRandom random) {
        double[][] rows = new double[labels.length][2];
        for (int i = 0; i < labels.length; i++) {
            rows[i][labels[i]] = random.nextDouble(0.35, 1);
            rows[i][1 - labels[i]] = 1 - rows[i][labels[i]];
        }
        return rows;
    }

    private Cli ensemble(Object... more) {
        List<Object> words = new ArrayList<>(List.of("ensemble", first, second, "--with", baseline, "--out", out));
        words.addAll(Arrays.asList(more));
        return Cli.run(words.toArray());
    }

    /** Returns the row of the weighted ensemble by the names of its columns. */
    private Map<String, String> row() throws IOException {
        List<String> lines = Files.readAllLines(out.resolve("summary.csv"));
        String[] names = lines.getFirst().split(",");
        String[] values = lines.get(lines.size() - 2).split(",", -1);
        assertThat(values).hasSameSizeAs(names);
        Map<String, String> row = new LinkedHashMap<>();
        for (int i = 0; i < names.length; i++) {
            row.put(names[i], values[i]);
        }
        return row;
    }

    private static Map<Path, String> contents(Path... folders) throws IOException {
        Map<Path, String> contents = new HashMap<>();
        for (Path each : folders) {
            try (Stream<Path> files = Files.walk(each)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    contents.put(file, Arrays.toString(Files.readAllBytes(file)));
                }
            }
        }
        return contents;
    }

    @Test
    void showsEveryModelAndWhatTheBaselineAdds() throws IOException {
        Map<Path, String> before = contents(first, second, baseline);
        Cli cli = ensemble().succeeded();
        assertThat(cli.out())
                .contains("first/0 net1", "second/0 net1", "base", "baseline")
                .contains("With and without the baseline, on the same resamples", "difference");
        assertThat(row())
                .containsEntry("members", "2")
                .containsEntry("runs", "first; second")
                .containsEntry("baselines", "base")
                .containsEntry("baseline_weights", "4.0"); // as much as the four nets: 2 · (0.5 + 1.5)
        double gain = Double.parseDouble(row().get("auc_gain"));
        assertThat(gain)
                .isBetween(
                        Double.parseDouble(row().get("auc_gain_low")), Double.parseDouble(row().get("auc_gain_high")));
        assertThat(Files.readString(out.resolve("report.html")))
                .contains("What the baselines add", "second/0 net1", "--with");
        assertThat(contents(first, second, baseline)).isEqualTo(before);
    }

    @Test
    void aBaselineOfWeightZeroChangesNothing() throws IOException {
        ensemble("--baseline-weights", 0).succeeded();
        assertThat(Double.parseDouble(row().get("auc_gain"))).isZero();
        assertThat(Double.parseDouble(row().get("auc_gain_high"))).isZero();
        double auc = Double.parseDouble(row().get("auc"));
        Cli.run("ensemble", first, second, "--out", out).succeeded();
        assertThat(Double.parseDouble(row().get("auc"))).isEqualTo(auc);
        assertThat(row()).containsEntry("auc_gain", "").containsEntry("baselines", "");
    }

    @Test
    void aRunAndItsCopyGiveTheResultsOfTheRun() throws IOException {
        Path copy = folder.resolve("copy of first");
        try (Stream<Path> files = Files.walk(first)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(first.relativize(file).toString()));
            }
        }
        Cli.run("ensemble", first, copy, "--out", out).succeeded();
        double auc = Double.parseDouble(row().get("auc"));
        Path alone = out.resolveSibling("alone");
        Cli.run("ensemble", first, "--out", alone).succeeded();
        out = alone;
        assertThat(Double.parseDouble(row().get("auc"))).isCloseTo(auc, within(1e-12));
        assertThat(Files.exists(first.resolve("summary.csv"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"uniform", "validation-auc", "greedy", "stacked"})
    void everyMethodFindsWeightsForTheBaseline(String method) throws IOException {
        Cli cli = ensemble("--weights", method, "--temperature", "--tta", 1).succeeded();
        assertThat(cli.out()).contains("; that of a baseline is of plain volumes", "Optimism");
        assertThat(row().get("model_weights").split(" ")).hasSize(5);
        assertThat(Double.parseDouble(row().get("nested_val_auc"))).isBetween(0.0, 1.0);
        assertThat(Double.parseDouble(row().get("optimism_auc")))
                .isCloseTo(
                        Double.parseDouble(row().get("val_auc")) - Double.parseDouble(row().get("nested_val_auc")),
                        within(1e-12));
        assertThat(Files.readString(out.resolve("report.html"))).contains("how far validation flatters the fit");
    }

    @Test
    void aFileMayContainTheWeightsOfBaselines() throws IOException {
        Path weights = Files.writeString(folder.resolve("weights.txt"), "member.1 = 0\nbaseline.0 = 3\n");
        ensemble("--weights", weights).succeeded();
        assertThat(row()).containsEntry("member_weights", "1.0 0.0").containsEntry("baseline_weights", "3.0");
        Files.writeString(weights, "baseline.1 = 3\n");
        ensemble("--weights", weights).failed("baseline.1", "baseline.0 to baseline.0");
    }

    @Test
    void refusesWhatDoesNotFitTogether() throws IOException {
        Cli.run("ensemble", first, second).refused("--out DIR is missing", "several runs");
        Cli.run("ensemble", first, "--with", baseline).refused("--out DIR is missing", "a baseline");
        Cli.run("ensemble", first, first, "--out", out).refused("is given twice");
        Cli.run("ensemble", first, "--baseline-weights", 1).refused("requires a baseline");
        ensemble("--baseline-weights", "1,2").refused("--baseline-weights has 2 values, but there is 1 baseline");
        ensemble("--member-weights", "1").refused("--member-weights has 1 values, but there are 2 finished members");
        Cli.run("ensemble", first, "--with", second, "--out", out).failed("contains no baseline");
        Cli.run("ensemble", first, baseline, "--out", out).failed("contains no run");

        Path others = TestVolumes.write(folder.resolve("others.npz"), 8, 1, 2, 24, 20, 21);
        Path other = train("other", others);
        Cli.run("ensemble", first, other, "--out", out)
                .failed(other, "cannot be combined with " + first, "the MD5 of the data");
        Cli.run("ensemble", first, "--with", baseline("other base", others), "--out", out)
                .failed("other base", "the MD5 of the data");
        Path named = train("named", volumes, "--labels", "a,b");
        Cli.run("ensemble", first, named, "--out", out).failed("the labels is [a, b]");
        Path folds = train("folds", volumes, "--folds", 2, "--models", 2);
        Cli.run("ensemble", first, folds, "--out", out).failed("the split");
        assertThat(out).doesNotExist();
    }

    @Test
    void writesIntoNoFolderOfOthers() throws IOException {
        Cli.run("ensemble", first, second, "--out", second).failed(second, "is not empty");
        ensemble().succeeded();
        Path others = TestVolumes.write(folder.resolve("more.npz"), 8, 1, 2, 24, 20, 23);
        Path other = train("more", others);
        Cli.run("ensemble", other, "--out", out).failed("contains results of other volumes");
        Files.writeString(out.resolve("ensemble.json"), "{}");
        ensemble().failed("ensemble.json");
    }

    @Test
    void fitsNothingToVolumesThatTheBaselineWasFittedTo() throws IOException {
        Path refitted = baseline("refitted", volumes);
        Files.delete(refitted.resolve("predictions/val.npy"));
        Cli.run("ensemble", first, "--with", refitted, "--out", out, "--weights", "stacked")
                .failed("has no predictions for the val split", "--refit train");
        Cli.run("ensemble", first, "--with", refitted, "--out", out).succeeded();
    }
}
