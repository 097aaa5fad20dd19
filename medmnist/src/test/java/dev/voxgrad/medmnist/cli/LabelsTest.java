package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.medmnist.data.npz.NpyArray;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests the labels and class names of real data sets, and splits that lack a class, on the command line. */
class LabelsTest {
    private static final List<String> SPLITS = List.of("train", "val", "test");

    @TempDir
    private Path folder;

    private Path volumes;
    private Path run;

    private void write(Map<String, NpyArray> arrays) {
        volumes = TestVolumes.write(folder.resolve("own.npz"), arrays);
        run = folder.resolve("run");
    }

    private static Map<String, NpyArray> three() {
        return TestVolumes.arrays(8, 1, 3, 12, 6, 6);
    }

    /** Replaces the labels of a split. */
    private static void relabel(Map<String, NpyArray> arrays, String split, ToLongFunction<Long> label) {
        NpyArray old = arrays.get(split + "_labels");
        long[] labels = new long[old.count()];
        Arrays.setAll(labels, i -> label.applyAsLong(old.getLong(i)));
        arrays.put(split + "_labels", NpyArray.ofLongs(labels, labels.length, 1));
    }

    private Cli train(Object... more) {
        List<Object> words = new ArrayList<>(List.of(
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
                1,
                "--batch-size",
                6,
                "--augment",
                "none"));
        words.addAll(List.of(more));
        return Cli.run(words.toArray());
    }

    private Cli predict(Path out) {
        return Cli.run(
                "predict",
                "--npz",
                volumes,
                "--net",
                "net1",
                "--out",
                out,
                "--weights",
                run.resolve("weights/member-00-net1-last.safetensors"));
    }

    /** Returns the report without its pictures, whose base64 may contain any word. */
    private String page() throws IOException {
        return Files.readString(run.resolve("report.html")).replaceAll("data:image/png;base64,[^\"]*", "");
    }

    private static void warnsAndWorks(Cli cli, String... parts) {
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.err().lines())
                .as(cli.err())
                .singleElement()
                .asString()
                .startsWith("warning: ")
                .contains(parts);
    }

    @Test
    void evaluatesATestSplitThatLacksAClass() throws IOException {
        Map<String, NpyArray> arrays = three();
        relabel(arrays, "test", label -> label % 2);
        write(arrays);
        warnsAndWorks(
                train(),
                "own.npz: test has no volume of class 2 (2)",
                "test AUC will be undefined",
                "MedMNIST's evaluator");
        Cli ensemble = Cli.run("ensemble", run).succeeded();
        assertThat(ensemble.out())
                .contains(
                        "Confusion matrix",
                        "AUC is undefined (-): test has no volume of class 2 (2)",
                        "0 (0) ",
                        "1 (1) ",
                        "not MedMNIST's figure")
                .containsPattern("weighted +- +none +\\d\\.\\d{3} ");
        assertThat(Files.readAllLines(run.resolve("summary.csv")).getLast())
                .contains(",1.0,,0.")
                .doesNotContain("NaN");
        assertThat(predict(folder.resolve("s.csv")).succeeded().out())
                .contains("6 volumes  AUC -  ACC 0.", "AUC is undefined");
        Cli.run("report", run).succeeded();
        String page = ReportCommandTest.withoutPictures(page());
        assertThat(page)
                .contains(
                        "Weighted ensemble: AUC is undefined (–): test has no volume of class 2 (2)",
                        "Learning curves",
                        "Confusion matrix")
                .doesNotContain("NaN");
        assertThat(Cli.run("ensemble", run, "--split", "val").succeeded().out()).doesNotContain("undefined");
    }

    /** In a binary task, there is no AUC and no curve. */
    @Test
    void evaluatesATestSplitOfOneClass() throws IOException {
        Map<String, NpyArray> arrays = TestVolumes.arrays(8, 1, 2, 12, 6, 6);
        relabel(arrays, "test", label -> 0);
        write(arrays);
        warnsAndWorks(train(), "test has volumes of class 0 (0) only");
        assertThat(Cli.run("ensemble", run).succeeded().out()).contains("Confusion matrix", "AUC is undefined (-)");
        Cli.run("report", run).succeeded();
        assertThat(ReportCommandTest.withoutPictures(page()))
                .contains("There are none: no class occurs in some volumes")
                .doesNotContain("NaN");
    }

    @Test
    void warnsOfATrainSplitThatLacksAClass() {
        Map<String, NpyArray> arrays = three();
        relabel(arrays, "train", label -> label % 2);
        write(arrays);
        warnsAndWorks(train(), "own.npz: train has no volume of class 2 (2), so nets cannot learn it");
    }

    @Test
    void readsOneHotLabelsAsClasses() throws IOException {
        Map<String, NpyArray> arrays = three();
        for (String split : SPLITS) {
            NpyArray old = arrays.get(split + "_labels");
            byte[] rows = new byte[3 * old.count()];
            for (int i = 0; i < old.count(); i++) {
                rows[3 * i + (int) old.getLong(i)] = 1;
            }
            arrays.put(split + "_labels", NpyArray.ofBytes(rows, old.count(), 3));
        }
        write(arrays);
        warnsAndWorks(train(), "one-hot", "--task multi-label");
        assertThat(run.resolve("run.json")).content().contains("\"task\" : \"multi-class\"");
        assertThat(Cli.run("ensemble", run).succeeded().out())
                .as("reported only once")
                .contains("Confusion matrix");
        run = folder.resolve("labels");
        assertThat(train("--task", "multi-label").succeeded().out()).contains("3 yes/no labels each");
        assertThat(run.resolve("run.json"))
                .content()
                .contains("\"task\" : \"multi-label, binary-class\"", "\"task\" : \"multi-label\"");
        assertThat(Cli.run("ensemble", run).succeeded().out()).doesNotContain("Confusion matrix");
        predict(folder.resolve("s.csv")).succeeded();
        List<Double> sums = Files.readAllLines(folder.resolve("s.csv")).stream()
                .map(line -> Arrays.stream(line.split(","))
                        .skip(1)
                        .mapToDouble(Double::parseDouble)
                        .sum())
                .toList();
        assertThat(sums).as("sums of independent probabilities").anyMatch(sum -> Math.abs(sum - 1) > 0.01);
        Cli.run("report", run).succeeded();
        assertThat(run.resolve("report.html")).content().contains("--task multi-label");
    }

    /** Earlier versions read and recorded all labels with several columns as independent ones. */
    @Test
    void runsKeepTheirTask() throws IOException {
        readsOneHotLabelsAsClasses();
        Path json = run.resolve("run.json");
        Files.writeString(json, Files.readString(json).replace("\"task\" : \"multi-label\"", "\"task\" : null"));
        assertThat(Cli.run("ensemble", run).succeeded().out()).doesNotContain("Confusion matrix");
        assertThat(Cli.run("train", "--resume", run, "--epochs", 2).succeeded().out())
                .contains("yes/no labels");
    }

    @Test
    void shiftsLabelsThatStartAtOne() throws IOException {
        Map<String, NpyArray> arrays = three();
        SPLITS.forEach(split -> relabel(arrays, split, label -> label + 1));
        write(arrays);
        warnsAndWorks(train(), "labels run from 1 to 3: taken as classes 0 to 2 [1, 2, 3]");
        assertThat(Files.readString(run.resolve("run.json"))).contains("\"labelNames\" : [ \"1\", \"2\", \"3\" ]");
        assertThat(Cli.run("ensemble", run).code()).isZero();
    }

    private List<String> labelsOf(Path npz) throws IOException {
        Path csv = folder.resolve("scores.csv");
        Cli predicted = Cli.run("predict", run, "--npz", npz, "--split", "test", "--out", csv);
        assertThat(predicted.code()).as(predicted.err()).isZero();
        return Files.readAllLines(csv).stream()
                .map(line -> line.substring(line.lastIndexOf(',') + 1))
                .toList();
    }

    /** The names in the run say that labels count from 1, even in a split without the last class. */
    @Test
    void predictCountsLabelsFromOneAsTheTrainingDid() throws IOException {
        Map<String, NpyArray> arrays = three();
        SPLITS.forEach(split -> relabel(arrays, split, label -> label + 1));
        write(arrays);
        assertThat(train().code()).isZero();
        relabel(arrays, "test", label -> label == 3 ? 2 : label);
        Path lacking = TestVolumes.write(folder.resolve("lacking.npz"), arrays);
        assertThat(labelsOf(lacking)).containsExactly("label", "1", "2", "2", "1", "2", "2");
        arrays.keySet().removeIf(name -> !name.startsWith("test"));
        Path alone = TestVolumes.write(folder.resolve("alone.npz"), arrays);
        assertThat(labelsOf(alone)).containsExactly("label", "1", "2", "2", "1", "2", "2");
    }

    /** Grades 1 to 3 that were numbered from 0 may lack grade 1 in test: the other splits have a label 0. */
    @Test
    void predictCountsLabelsFromZeroIfAnotherSplitDoes() throws IOException {
        Map<String, NpyArray> arrays = three();
        relabel(arrays, "test", label -> Math.max(label, 1));
        write(arrays);
        assertThat(train("--labels", "1,2,3").err()).contains("label 0 is class '1'");
        assertThat(labelsOf(volumes)).containsExactly("label", "2", "2", "3", "2", "2", "3");
    }

    @Test
    void trainRefusesGapsAndSurplusNames() {
        Map<String, NpyArray> arrays = three();
        SPLITS.forEach(split -> relabel(arrays, split, label -> label == 0 ? 0 : 2));
        write(arrays);
        train().failed("own.npz val", "class 1 (1) has 0 of 6", "No volume of any split has this class");
        write(TestVolumes.arrays(8, 1, 2, 12, 6, 6));
        Cli named = train("--labels", "a,b,c");
        assertThat(named.code()).isEqualTo(1);
        assertThat(named.err()).contains("there are 3 class names, but labels run from 0 to 1", "class 2 (c)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "\"atypical, benign\",malignant;    class 0 (atypical, benign)",
                "small,2\" and more;                class 0 (small)",
                "below 2\",2\" and more;            class 0 (below 2\")",
                "' é', Δ;                           class 0 (' é')"
            })
    void namesMayContainCommasAndQuotes(String names, String shown) {
        write(TestVolumes.arrays(8, 1, 2, 6, 4, 4));
        assertThat(Cli.run("show", "--npz", volumes, "--labels", names, "--index", 0, "--out", folder.resolve("v.png"))
                        .succeeded()
                        .out())
                .contains(shown);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "--labels;  x,x;            --labels names class 0 and class 1 both 'x'",
                "--labels;  a,,b;           --labels has no name for class 1",
                "--task;    regression;     --task is 'regression'; expected binary, multi-class, multi-label"
            })
    void refusesWrongNames(String option, String value, String message) {
        write(TestVolumes.arrays(8, 1, 2, 6, 4, 4));
        train(option, value).refused(message);
    }

    @Test
    void reportQuotesNamesWithCommas() throws IOException {
        write(TestVolumes.arrays(8, 1, 2, 6, 4, 4));
        train("--labels", "\"atypical, benign\",malignant").succeeded();
        Cli.run("report", run).succeeded();
        assertThat(Files.readString(run.resolve("report.html")).replace("&quot;", "\""))
                .contains("--labels '\"atypical, benign\",malignant'");
    }
}
