package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.medmnist.data.npz.NpyArray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Tests fitted weights, test-time augmentation and temperature on the command line. */
class EnsembleWaysTest {
    private static final String OLD_HEADER =
            "time,data,synthetic,split,members,ensemble,last_weight,best_weight,member_weights,auc,acc";

    @TempDir
    private static Path folder;

    private static Path volumes;
    private static Path run;

    @BeforeAll
    static void train() {
        volumes = TestVolumes.write(folder.resolve("own.npz"), 8, 1, 2, 24, 14, 15);
        run = folder.resolve("run");
        Cli.run(
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
                        "--augment",
                        "none",
                        "--lr",
                        0.003)
                .succeeded();
    }

    @BeforeEach
    void noSummary() throws IOException {
        Files.deleteIfExists(run.resolve("summary.csv"));
    }

    private static Cli ensemble(Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("ensemble", run));
        arguments.addAll(Arrays.asList(more));
        return Cli.run(arguments.toArray());
    }

    /** Returns a row of the summary, counted from the end, by the names of its columns. */
    private static Map<String, String> row(int fromEnd) throws IOException {
        List<String> lines = Files.readAllLines(run.resolve("summary.csv"));
        String[] names = lines.getFirst().split(",");
        String[] values = lines.get(lines.size() - fromEnd).split(",", -1);
        assertThat(values).hasSameSizeAs(names);
        Map<String, String> row = new LinkedHashMap<>();
        for (int i = 0; i < names.length; i++) {
            row.put(names[i], values[i]);
        }
        return row;
    }

    private static double[] weights(Map<String, String> row) {
        return Arrays.stream(row.get("model_weights").split(" "))
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    @Test
    void acceptsTheRunAsAParameter() throws IOException {
        String byOption = Cli.run("ensemble", "--run", run).succeeded().out();
        assertThat(ensemble().succeeded().out()).isEqualTo(byOption).doesNotContain("log-loss");
        assertThat(row(2))
                .containsEntry("ensemble", "weighted")
                .containsEntry("weights", "given")
                .containsEntry("last_weight", "0.5")
                .containsEntry("best_weight", "1.5")
                .containsEntry("val_auc", "")
                .containsEntry("temperature", "")
                .containsEntry("tta", "0");
        assertThat(row(1)).containsEntry("weights", "uniform").containsEntry("model_weights", "1.0 1.0 1.0 1.0");
    }

    @ParameterizedTest
    @CsvSource({
        "validation-auc,each model's AUC on the 14 volumes of the val split",
        "greedy,share of the picks of forward selection on the 14 volumes",
        "stacked,least log-loss on the 14 volumes"
    })
    void printsFittedWeightsAndScore(String method, String account) throws IOException {
        Cli cli = ensemble("--weights", method).succeeded();
        assertThat(cli.out()).contains(account, "val AUC", "ensemble   uniform", "ensemble   weighted");
        Map<String, String> weighted = row(2);
        assertThat(weighted)
                .containsEntry("weights", method)
                .containsEntry("last_weight", "1.0")
                .containsEntry("best_weight", "1.0")
                .containsEntry("member_weights", "1.0 1.0");
        assertThat(weights(weighted)).hasSize(4);
        assertThat(cli.out()).contains("Optimism: fitted to parts of validation and scored on the rest (5 folds, 4");
        assertThat(Double.parseDouble(weighted.get("optimism_auc")))
                .isCloseTo(
                        Double.parseDouble(weighted.get("val_auc"))
                                - Double.parseDouble(weighted.get("nested_val_auc")),
                        within(1e-12));
        assertThat(row(1)).containsEntry("optimism_auc", "");
        for (String column : List.of("val_auc", "val_log_loss", "log_loss")) {
            assertThat(Double.parseDouble(weighted.get(column))).isBetween(0.0, 3.0);
            assertThat(Double.parseDouble(row(1).get(column))).isBetween(0.0, 3.0);
        }
        assertThat(ensemble("--weights", method).succeeded().out())
                .as("repeated")
                .isEqualTo(cli.out());
    }

    @Test
    void theOptimismOfATemperatureIsInTheLogLoss() throws IOException {
        ensemble("--temperature").succeeded();
        Map<String, String> weighted = row(2);
        assertThat(Double.parseDouble(weighted.get("optimism_log_loss"))).isBetween(-1.0, 1.0);
        assertThat(Double.parseDouble(weighted.get("nested_val_log_loss"))).isBetween(0.0, 3.0);
    }

    @Test
    void theSeedOfTheFitDecidesTheFolds() throws IOException {
        ensemble("--weights", "stacked").succeeded();
        String nested = row(2).get("nested_val_log_loss");
        ensemble("--weights", "stacked", "--fit-seed", 1, "--threads", 1).succeeded();
        assertThat(row(2)).containsEntry("nested_val_log_loss", nested);
        ensemble("--weights", "stacked", "--fit-seed", 2).succeeded();
        assertThat(row(2).get("nested_val_log_loss")).isNotEqualTo(nested);
    }

    @Test
    void fitsAreAsGoodAsUniformOnValidation() throws IOException {
        ensemble("--weights", "stacked").succeeded();
        assertThat(Double.parseDouble(row(2).get("val_log_loss")))
                .isLessThanOrEqualTo(Double.parseDouble(row(1).get("val_log_loss")) + 1e-9);
        assertThat(Arrays.stream(weights(row(2))).sum()).isCloseTo(1, within(1e-12));
    }

    /** Inverting the test labels inverts the metrics but changes no weight and no temperature. */
    @ParameterizedTest
    @ValueSource(strings = {"validation-auc", "greedy", "stacked"})
    void fitsDoNotUseTestLabels(String method) throws IOException {
        ensemble("--weights", method, "--temperature").succeeded();
        Map<String, String> before = row(2);
        Map<String, NpyArray> arrays = TestVolumes.arrays(8, 1, 2, 24, 14, 15);
        long[] turned = new long[15];
        for (int i = 0; i < 15; i++) {
            turned[i] = 1 - i % 2;
        }
        arrays.put("test_labels", NpyArray.ofLongs(turned, 15, 1));
        Path other = TestVolumes.write(folder.resolve("turned.npz"), arrays);
        assertThat(ensemble("--weights", method, "--temperature", "--npz", other)
                        .code())
                .isZero();
        Map<String, String> after = row(2);
        assertThat(after.get("auc")).isNotEqualTo(before.get("auc"));
        for (String column : List.of("model_weights", "temperature", "val_auc", "val_log_loss")) {
            assertThat(after.get(column)).as(column).isEqualTo(before.get(column));
        }
    }

    @Test
    void groupWeightsMultiplyFittedWeights() throws IOException {
        ensemble("--weights", "validation-auc").succeeded();
        double[] fitted = weights(row(2));
        String out = ensemble("--weights", "validation-auc", "--last-weight", 0, "--best-weight", 2)
                .succeeded()
                .out();
        assertThat(row(2)).containsEntry("last_weight", "0.0").containsEntry("best_weight", "2.0");
        assertThat(weights(row(2))).isEqualTo(fitted);
        List<String> lines =
                out.lines().filter(line -> line.startsWith("0 net1")).toList();
        assertThat(lines.get(0)).contains("last", " 0.000 ");
        assertThat(lines.get(1)).contains("best", String.format(Locale.ROOT, " %.3f ", 2 * fitted[1]));
        ensemble("--weights", "uniform", "--last-weight", 0).succeeded();
        assertThat(row(2)).containsEntry("weights", "uniform").containsEntry("last_weight", "0.0");
    }

    @Test
    void temperatureKeepsAucAndAccuracyOfTwoClasses() throws IOException {
        ensemble().succeeded();
        Map<String, String> plain = row(2);
        assertThat(ensemble("--temperature").succeeded().out()).contains("both log-losses at T");
        assertThat(row(2))
                .containsEntry("auc", plain.get("auc"))
                .containsEntry("acc", plain.get("acc"))
                .containsEntry("weights", "given");
        assertThat(Double.parseDouble(row(2).get("temperature"))).isPositive();
        assertThat(row(2).get("log_loss_at_t")).isNotEmpty();
    }

    @Test
    void unchangedDrawsKeepTheFigures() throws IOException {
        ensemble().succeeded();
        Map<String, String> plain = row(2);
        assertThat(ensemble("--tta", 2, "--tta-augment", "none", "--seed", 5)
                        .succeeded()
                        .out())
                .contains("the plain volume and 2 draws of 'none', seed 5");
        Map<String, String> drawn = row(2);
        assertThat(drawn)
                .containsEntry("tta", "2")
                .containsEntry("tta_augment", "none")
                .containsEntry("tta_seed", "5");
        for (String column : List.of("auc", "acc", "log_loss")) {
            assertThat(drawn.get(column)).isEqualTo(plain.get(column));
        }
        ensemble("--tta", 2).succeeded();
        assertThat(row(2)).containsEntry("tta_augment", "centred").containsEntry("tta_seed", "1");
        assertThat(row(2).get("log_loss")).isNotEqualTo(plain.get("log_loss"));
        String first = row(2).get("log_loss");
        ensemble("--tta", 2, "--threads", 1).succeeded();
        assertThat(row(2)).containsEntry("log_loss", first);
    }

    /** A file of an earlier version keeps its rows, and the new columns are appended. */
    @Test
    void addsColumnsToOlderSummaries() throws IOException {
        String old = "2026-01-01T00:00:00Z,own.npz,false,test,2,weighted,0.5,1.5,1.0 1.0,0.75,0.5";
        Files.writeString(run.resolve("summary.csv"), OLD_HEADER + "\n" + old + "\n");
        ensemble("--weights", "stacked").succeeded();
        ensemble().succeeded();
        List<String> lines = Files.readAllLines(run.resolve("summary.csv"));
        assertThat(lines).hasSize(6);
        assertThat(lines.getFirst()).startsWith(OLD_HEADER + ",weights,");
        assertThat(lines.get(1)).startsWith(old + ",");
        assertThat(row(5))
                .containsEntry("acc", "0.5")
                .containsEntry("weights", "")
                .containsEntry("tta", "");
        assertThat(row(4)).containsEntry("weights", "stacked");
    }

    @Test
    void warnsThatValidationFiguresAreOptimistic() {
        assertThat(ensemble("--weights", "greedy", "--split", "val").succeeded().out())
                .contains("it flatters");
        assertThat(ensemble("--weights", "greedy").succeeded().out()).doesNotContain("it flatters");
    }

    @Test
    void refusesToFitOnOneClass() throws IOException {
        Map<String, NpyArray> arrays = TestVolumes.arrays(8, 1, 2, 24, 14, 15);
        arrays.put("val_labels", NpyArray.ofLongs(new long[14], 14, 1));
        Path one = TestVolumes.write(folder.resolve("one.npz"), arrays);
        for (String method : List.of("greedy", "validation-auc")) {
            Cli cli = ensemble("--npz", one, "--weights", method);
            assertThat(cli.code()).isEqualTo(1);
            assertThat(cli.err()).contains("one.npz val: AUC is not defined", "every class occurs");
        }
        Cli stacked = ensemble("--npz", one, "--weights", "stacked", "--temperature");
        assertThat(stacked.code()).isZero();
        assertThat(stacked.out()).contains("uniform        none", "weighted       none");
        assertThat(row(2)).containsEntry("val_auc", "");
    }

    /** Combines two identical members, and a member whose best and last models are identical. */
    @Test
    void combinesIdenticalModels() throws IOException {
        Path start = run.resolve("weights/member-00-net1-best.safetensors");
        Path twins = folder.resolve("twins");
        Cli.run(
                        "train",
                        "--npz",
                        volumes,
                        "--out",
                        twins,
                        "--models",
                        2,
                        "--nets",
                        "net1",
                        "--epochs",
                        1,
                        "--init-weights",
                        start,
                        "--no-shuffle",
                        "--augment",
                        "none")
                .succeeded();
        for (String method : List.of("uniform", "validation-auc", "greedy", "stacked")) {
            assertThat(Cli.run("ensemble", twins, "--weights", method, "--temperature")
                            .succeeded()
                            .out())
                    .contains("ensemble   weighted");
        }
        assertThat(Files.readAllLines(twins.resolve("summary.csv")).get(7)).contains(",0.25 0.25 0.25 0.25,");
    }

    @Test
    void combinesSeveralClassesAndLabels() {
        Path three = TestVolumes.write(folder.resolve("three.npz"), 8, 1, 3, 24, 15, 12);
        Map<String, NpyArray> arrays = TestVolumes.arrays(8, 1, 4, 24, 16, 12);
        for (String split : List.of("train", "val", "test")) {
            int count = arrays.get(split + "_labels").count();
            long[] labels = new long[count * 2];
            for (int i = 0; i < labels.length; i++) {
                labels[i] = i / 2 % 4 >> i % 2 & 1;
            }
            arrays.put(split + "_labels", NpyArray.ofLongs(labels, count, 2));
        }
        Path labels = TestVolumes.write(folder.resolve("labels.npz"), arrays);
        for (Path data : List.of(three, labels)) {
            Path other = folder.resolve("run-" + data.getFileName());
            Cli.run("train", "--npz", data, "--out", other, "--models", 1, "--nets", "net1", "--epochs", 2)
                    .succeeded();
            for (String method : List.of("validation-auc", "greedy", "stacked")) {
                assertThat(Cli.run("ensemble", other, "--weights", method, "--temperature", "--tta", 1)
                                .succeeded()
                                .out())
                        .contains("ensemble   weighted", "both log-losses at T");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--run other;                       both name a run; give one of them",
                "other;                             --out DIR is missing; several runs",
                "--tta 0;                           --tta is 0; expected 1 to 1000",
                "--tta 1001;                        --tta is 1001; expected 1 to 1000",
                "--tta many;                        --tta; 'many'",
                "--tta 2 --tta-augment flips;       --tta-augment is 'flips'; torchio, centred, none",
                "--tta-augment none;                --tta-augment requires --tta; N",
                "--seed 3;                          --seed requires --tta; N",
                "--weights f --last-weight 1;       --weights excludes; unless it names a method: uniform, "
                        + "validation-auc",
                "--weights greedy --best-weight -1; weight best is -1.0; zero or more",
                "--weights stacked --member-weights 1;      --member-weights has 1 values; 2 finished members",
                "--temperature 2;                   --out DIR is missing; several runs",
                "--greedy-bags 3;                   --greedy-bags requires --weights greedy; greedy",
                "--weights stacked --greedy-best 3; --greedy-best requires --weights greedy; greedy",
                "--weights greedy --greedy-bags 0;  --greedy-bags is 0; expected 1 to 1000",
                "--fit-seed 2;                      --fit-seed requires something that is fitted; --temperature"
            })
    void refusesWrongUse(String options, String part, String other) {
        ensemble((Object[]) options.split(" ")).refused(part, other);
        assertThat(run.resolve("summary.csv")).doesNotExist();
    }

    @Test
    void refusesAnUnknownMethod() {
        ensemble("--weights", "gredy")
                .failed("gredy", "no such file, and not the name of a method", "validation-auc, greedy, stacked");
    }
}
