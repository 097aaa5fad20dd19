package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.medmnist.data.Folds;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.npz.NpyArray;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests {@code train --folds} from the command line to the report, on generated volumes. */
class CrossValidationTest {
    private static final int FOLDS = 3;
    private static final int SEED = 5;
    private static final String MARK = "3 folds of train and val, not the official split";

    @TempDir
    private static Path shared;

    private static VolumeData shapes;
    private static Path volumes;
    private static Path whole;
    private static Map<String, String> expected;

    @TempDir
    private Path folder;

    @BeforeAll
    static void trainAtOnce() throws IOException {
        shapes = SyntheticShapes.make(new SyntheticShapes.Settings(1, 8, 40, 10, 20, 0.2));
        volumes = write(shared.resolve("shapes.npz"), shapes);
        whole = shared.resolve("whole");
        train(whole, volumes, "--folds", FOLDS, "--models", 3, "--epochs", 2).succeeded();
        expected = ChildTraining.outcome(whole);
    }

    private static Path write(Path file, VolumeData data) {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        for (String name : List.of("train", "val", "test")) {
            Split split = data.split(name);
            int edge = split.shape().longest();
            arrays.put(name + "_images", NpyArray.ofBytes(split.voxels(), split.size(), edge, edge, edge));
            arrays.put(
                    name + "_labels",
                    NpyArray.ofLongs(
                            Arrays.stream(split.labels()).asLongStream().toArray(), split.size(), 1));
        }
        return TestVolumes.write(file, arrays);
    }

    private static Cli train(Path out, Path data, Object... more) {
        List<Object> words = new ArrayList<>(
                List.of("train", "--npz", data, "--out", out, "--nets", "net1", "--batch-size", 8, "--seed", SEED));
        words.addAll(Arrays.asList(more));
        return Cli.run(words.toArray());
    }

    private static List<String> column(String table, String name) throws IOException {
        List<String> lines = Files.readAllLines(whole.resolve(table));
        int at = Arrays.asList(lines.getFirst().split(",")).indexOf(name);
        return lines.stream().skip(1).map(line -> line.split(",", -1)[at]).toList();
    }

    /** Training on a file that was split by hand like member m's folds gives the same weights and metrics. */
    @ParameterizedTest
    @CsvSource({"0", "1", "2"})
    void memberValidatesOnItsOwnFoldOnly(int member) throws IOException {
        Path file = write(
                folder.resolve("by-hand.npz"), Folds.of(shapes, FOLDS, SEED).around(member));
        Path run = folder.resolve("run");
        train(run, file, "--models", 3, "--epochs", 2, "--members", member).succeeded();
        Map<String, String> plain = ChildTraining.outcome(run);
        List<String> weights = plain.keySet().stream()
                .filter(name -> name.startsWith("weights"))
                .toList();
        assertThat(weights)
                .hasSize(2)
                .allSatisfy(name -> assertThat(plain.get(name)).isEqualTo(expected.get(name)));
        String mark = ",fold " + member + " of 3 (not the official split)";
        List<String> rows = Files.readAllLines(run.resolve("history.csv"));
        assertThat(Files.readAllLines(whole.resolve("history.csv")))
                .containsSubsequence(
                        rows.stream().skip(1).map(row -> row + mark).toList());
    }

    @Test
    void foldsRepeatAfterTheLastOne() throws IOException {
        Path run = folder.resolve("run");
        Cli cli = train(run, volumes, "--folds", FOLDS, "--models", 4, "--epochs", 1, "--members", "3");
        assertThat(cli.code()).isZero();
        assertThat(cli.err()).contains("warning: --models 4 is not a multiple of --folds 3");
        assertThat(Files.readAllLines(run.resolve("members.csv")).get(1))
                .startsWith("3,net1,")
                .endsWith(",fold 0 of 3 (not the official split)");
    }

    @Test
    void resumesBitForBit() throws IOException {
        Path run = folder.resolve("run");
        train(run, volumes, "--folds", FOLDS, "--models", 3, "--epochs", 1).succeeded();
        assertThat(ChildTraining.outcome(run)).isNotEqualTo(expected);
        Cli.run("train", "--resume", run, "--epochs", 2, "--members", "1-2").succeeded();
        Files.delete(run.resolve("members/member-01.checkpoint"));
        Cli.run("train", "--resume", run, "--folds", FOLDS, "--threads", 1).succeeded();
        assertThat(ChildTraining.outcome(run)).isEqualTo(expected);
    }

    @Test
    void resumeRefusesOtherFolds() throws IOException {
        Cli.run("train", "--resume", whole, "--folds", 5).refused("--folds is 5, but the run was started with 3");
        Cli.run("train", "--resume", whole, "--folds", 1).refused("--folds is 1; expected at least 2");
        Path plain = folder.resolve("plain");
        train(plain, volumes, "--models", 1, "--epochs", 1).succeeded();
        Cli.run("train", "--resume", plain, "--folds", 3).refused("--folds is 3, but the run was started with none");
        assertThat(Files.readString(plain.resolve("run.json"))).doesNotContain("not the official split");
        assertThat(Files.readString(plain.resolve("history.csv"))).doesNotContain("validated_on");
        assertThat(ChildTraining.outcome(whole)).isEqualTo(expected);
    }

    @Test
    void marksAllResultsAsCrossValidation() throws IOException {
        assertThat(train(folder.resolve("run"), volumes, "--folds", 2, "--models", 2, "--epochs", 1)
                        .succeeded()
                        .out())
                .contains("2 folds of train and val, not the official split");
        assertThat(Files.readString(whole.resolve("run.json"))).contains("\"folds\" : 3", "not the official split");
        assertThat(Cli.run("status", whole).succeeded().out()).contains(MARK + "; member m validates on fold m mod 3");
        assertThat(column("members.csv", "validated_on"))
                .containsExactly(
                        "fold 0 of 3 (not the official split)",
                        "fold 1 of 3 (not the official split)",
                        "fold 2 of 3 (not the official split)");
        assertThat(column("members.csv", "last_epoch")).containsOnly("2");
        assertThat(column("history.csv", "validated_on"))
                .hasSize(6)
                .allSatisfy(cell -> assertThat(cell).contains("not the official split"));
        assertThat(Cli.run("ensemble", whole).succeeded().out()).contains("Trained on " + MARK);
        assertThat(column("summary.csv", "cross_validation"))
                .hasSizeGreaterThanOrEqualTo(2)
                .containsOnly("3 folds of train and val; not the official split");
        Cli.run("report", whole).succeeded();
        assertThat(Files.readString(whole.resolve("report.html")))
                .contains("Cross-validation: " + MARK, "<dd>" + MARK + "</dd>", " --folds 3 ");
    }

    @Test
    void marksStandardResultFiles() throws IOException {
        TestVolumes.write(folder.resolve("vesselmnist3d.npz"), 8, 1, 2, 16, 8, 8);
        Path run = folder.resolve("run");
        assertThat(Cli.run(
                                "train",
                                "--flag",
                                "vesselmnist3d",
                                "--root",
                                folder,
                                "--out",
                                run,
                                "--folds",
                                2,
                                "--models",
                                2,
                                "--nets",
                                "net1",
                                "--epochs",
                                1)
                        .code())
                .isZero();
        assertThat(Cli.run("ensemble", run).code()).isZero();
        try (Stream<Path> files = Files.list(run.resolve("results"))) {
            List<Path> results = files.toList();
            assertThat(results).hasSize(1);
            assertThat(results.getFirst().toString()).endsWith("@voxgrad-2-folds-not-the-official-split.csv");
            assertThat(Cli.run("evaluate", "--path", results.getFirst(), "--root", folder)
                            .out())
                    .startsWith("vesselmnist3d test  8 volumes");
        }
    }

    /** Weights by AUC are those of members.csv; no other volumes are used. */
    @Test
    void aucWeightsUseEachMembersOwnFold() throws IOException {
        Cli cli = Cli.run("ensemble", whole, "--weights", "validation-auc").succeeded();
        assertThat(cli.out()).contains("each model's AUC on its member's own validation fold", "ensemble   weighted");
        List<String> weights = new ArrayList<>();
        for (int member = 0; member < 3; member++) {
            weights.add(column("members.csv", "last_val_auc").get(member));
            weights.add(column("members.csv", "best_val_auc").get(member));
        }
        List<String> rows = column("summary.csv", "model_weights");
        assertThat(rows.get(rows.size() - 2)).isEqualTo(String.join(" ", weights));
        assertThat(column("summary.csv", "val_auc").getLast()).isEmpty();
        Cli.run("ensemble", whole, "--weights", "uniform", "--tta", 1).succeeded();
        Path page = folder.resolve("page.html");
        Cli.run("report", whole, "--weights", "validation-auc", "--out", page).succeeded();
        assertThat(Files.readString(page))
                .contains(
                        "What was fitted to the validation folds",
                        "Weights: each model's AUC on its member's own validation fold",
                        "<dd>validation-auc, fitted to each member's validation fold</dd>",
                        " --weights validation-auc")
                .doesNotContain("Validation log-loss");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "ensemble; --weights greedy;  --weights greedy is fitted to volumes that no member was trained on",
                "ensemble; --weights stacked; --weights stacked is fitted to volumes that no member was trained on",
                "ensemble; --temperature;     --temperature is fitted to volumes that no member was trained on",
                "ensemble; --split val;       --split val contains volumes that members were trained on",
                "ensemble; --split train;     --split train contains volumes that members were trained on",
                "report;   --weights greedy;  --weights greedy is fitted to volumes that no member was trained on",
                "report;   --temperature;     --temperature is fitted to volumes that no member was trained on",
                "report;   --split val;       --split val contains volumes that members were trained on"
            })
    void refusesWhatNeedsCommonValidationVolumes(String command, String options, String part) {
        List<Object> words = new ArrayList<>(List.of(command, whole));
        words.addAll(Arrays.asList(options.split(" ")));
        Cli.run(words.toArray()).refused(part, MARK);
    }

    /** The weights belong to the run, not to its members: n/(K·n_k) over train and val; val has fewer of class 1. */
    @Test
    void balancedClassWeightsComeFromTrainAndVal() throws IOException {
        Map<String, NpyArray> arrays = TestVolumes.arrays(8, 1, 2, 24, 12, 4);
        long[] labels = new long[12];
        Arrays.fill(labels, 0, 3, 1);
        arrays.put("val_labels", NpyArray.ofLongs(labels, 12, 1));
        Path file = TestVolumes.write(folder.resolve("uneven.npz"), arrays);
        Path run = folder.resolve("run");
        Object[] options = {"--folds", FOLDS, "--models", 3, "--members", 1, "--epochs"};
        train(run, file, with(options, 1, "--class-weights", "balanced")).succeeded();
        // 36 volumes, 12 + 9 of class 0 and 12 + 3 of class 1.
        String weights = 36 / 42.0 + "," + 36 / 30.0;
        assertThat(Files.readString(run.resolve("run.json")).replaceAll("\\s", ""))
                .contains("\"asked\":\"balanced\",\"values\":[" + weights + "]");
        Cli.run("train", "--resume", run, "--class-weights", "balanced", "--members", 1, "--epochs", 2)
                .succeeded();
        train(folder.resolve("numbers"), file, with(options, 2, "--class-weights", weights))
                .succeeded();
        assertThat(ChildTraining.outcome(run)).isEqualTo(ChildTraining.outcome(folder.resolve("numbers")));
    }

    private static Object[] with(Object[] some, Object... more) {
        return Stream.concat(Arrays.stream(some), Arrays.stream(more)).toArray();
    }

    /** A trial trains on the volumes of member 0: here 33 of the 50 volumes, the ones outside its fold. */
    @Test
    void trialsUseFoldsLikeARun() {
        Object[] tried = {"train", "--npz", volumes, "--nets", "net1", "--batch-size", 8, "--seed", SEED, "--folds"};
        assertThat(Cli.run(with(tried, FOLDS, "--models", 3, "--fast-dev-run", 9))
                        .succeeded()
                        .out())
                .contains("net1  5 steps of up to 8 volumes", "; 17 volumes validated");
        Cli.run(with(tried, 11, "--models", 11, "--fast-dev-run")).failed("cannot be cut into 11 folds");
        Cli.run(with(tried, 11, "--models", 11, "--overfit-one-batch")).failed("cannot be cut into 11 folds");
        Cli.run(with(tried, 1, "--overfit-one-batch")).refused("--folds is 1; expected at least 2");
    }

    @Test
    void refusesImpossibleNumbersOfFolds() {
        Path run = folder.resolve("run");
        train(run, volumes, "--folds", 1).refused("--folds is 1; expected at least 2");
        train(run, volumes, "--folds", 0).refused("--folds is 0; expected at least 2");
        Cli tooMany = train(run, volumes, "--folds", 11, "--models", 11);
        tooMany.failed("shapes.npz: cannot be cut into 11 folds", "have 10 of them", "at most 10 --folds");
        assertThat(run).doesNotExist();
    }

    @Test
    void warnsOfANetThatSeesSomeFoldsOnly() {
        Cli cli = Cli.run(
                "train",
                "--npz",
                volumes,
                "--out",
                folder.resolve("run"),
                "--folds",
                2,
                "--models",
                2,
                "--nets",
                "net1,net2",
                "--epochs",
                1,
                "--members",
                0);
        assertThat(cli.code()).isZero();
        assertThat(cli.err()).contains("--folds 2 and the 2 --nets share a factor");
    }
}
