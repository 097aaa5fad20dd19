package dev.voxgrad.medmnist.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.metrics.Spread;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.medmnist.run.ModelKind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** Tables, notes and files of rows with made-up figures; {@link Fabricated} says which. */
class BenchmarkTablesTest {
    @TempDir
    private Path temporary;

    private BenchmarkFolder folder;

    @BeforeEach
    void makeRows() {
        folder = new BenchmarkFolder(temporary.resolve("adrenal"));
        Fabricated.row(folder, "resnet18-acs", DatasetInfo.ADRENAL, 28, 8, 3, 1);
        Fabricated.row(folder, "resnet18-3d", DatasetInfo.ADRENAL, 28, 100, 3, 3);
        Fabricated.row(folder, "net1", DatasetInfo.ADRENAL, 28, 500, 2, 2);
    }

    private BenchmarkResults results() {
        return BenchmarkResults.read(folder, net -> true);
    }

    private static Grid.Line line(Grid grid, String... firstCells) {
        return grid.lines().stream()
                .filter(line -> line.cells().subList(0, firstCells.length).equals(List.of(firstCells)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void ourRowsReplacePublishedOnes() {
        Grid test = BenchmarkTables.of(results()).getFirst();
        assertThat(test.lines().stream().map(line -> line.cells().getFirst()))
                .containsExactly(
                        "ResNet-18 + 2.5D",
                        "ResNet-18 + 3D",
                        "ResNet-18 + ACS",
                        "ResNet-50 + 2.5D",
                        "ResNet-50 + 3D",
                        "ResNet-50 + ACS",
                        "auto-sklearn",
                        "AutoKeras",
                        "Original study",
                        "net1");
        // 0.80, 0.82, 0.84: mean 0.82, deviation 0.02 with n − 1 = 2 in the denominator.
        assertThat(line(test, "ResNet-18 + 3D").cells())
                .containsExactly(
                        "ResNet-18 + 3D",
                        "3",
                        "100",
                        "0.820 ± 0.020",
                        "0.830 ± 0.020",
                        "0.827",
                        "0.720 ± 0.020",
                        "0.730 ± 0.020",
                        "0.721");
        // One finished run has no deviation.
        assertThat(line(test, "ResNet-18 + ACS").cells())
                .containsExactly("ResNet-18 + ACS", "1/3", "8", "0.800", "0.810", "0.839", "0.700", "0.710", "0.754");
        assertThat(line(test, "net1").cells())
                .containsExactly(
                        "net1",
                        "2",
                        "500",
                        "0.810 ± 0.014",
                        "0.820 ± 0.014",
                        "–",
                        "0.710 ± 0.014",
                        "0.720 ± 0.014",
                        "–");
        assertThat(line(test, "AutoKeras"))
                .isEqualTo(new Grid.Line(true, List.of("AutoKeras", "–", "–", "–", "–", "0.804", "–", "–", "0.705")));
        assertThat(line(test, "ResNet-18 + 3D").published()).isFalse();
    }

    @Test
    void automaticRowsStandInThoseOfTheirPublishedMethods() throws IOException {
        folder.write(Fabricated.automatic(AutomaticRow.Kind.BASELINE, DatasetInfo.ADRENAL));
        folder.write(Fabricated.automatic(AutomaticRow.Kind.SEARCH, DatasetInfo.ADRENAL));
        Grid test = BenchmarkTables.of(results()).getFirst();
        assertThat(test.lines()).hasSize(10);
        assertThat(line(test, "auto-sklearn*").cells())
                .containsExactly("auto-sklearn*", "1", "–", "0.896", "–", "0.828", "0.849", "–", "0.802");
        assertThat(line(test, "AutoKeras*").cells()).contains("0.896", "0.804", "0.705");
        Grid single = BenchmarkTables.of(results()).get(2);
        assertThat(line(single, "auto-sklearn*").cells()).endsWith("0.819 to 0.896", "below");
        assertThat(BenchmarkNotes.of(results()))
                .anyMatch(note -> note.contains("not of auto-sklearn itself") && note.contains("it took 42.0 s"))
                .anyMatch(note -> note.contains("best trial of the search") && note.contains("AutoKeras*"))
                .anyMatch(note -> note.startsWith("Hand-made features"));
        assertThat(BenchmarkCsv.of(results())).contains("search,\"a, b\",AutoKeras,,,1,,last");

        BenchmarkFolder alone = new BenchmarkFolder(temporary.resolve("alone"));
        alone.write(Fabricated.automatic(AutomaticRow.Kind.BASELINE, DatasetInfo.ADRENAL));
        assertThat(BenchmarkFolder.isAt(alone.path())).isTrue();
        assertThat(BenchmarkTables.of(BenchmarkResults.read(alone, net -> true))
                        .getFirst()
                        .lines())
                .hasSize(9);
        folder.write(Fabricated.automatic(AutomaticRow.Kind.SEARCH, DatasetInfo.VESSEL));
        assertThatThrownBy(this::results)
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("rows of different data");
    }

    @Test
    void computesSampleDeviation() {
        BenchmarkRow row = BenchmarkRow.read(folder.rows().get(0));
        assertThat(row.net().name()).isEqualTo("resnet18-3d");
        Spread spread = row.auc(ModelKind.LAST, "test");
        assertThat(spread.mean()).isCloseTo(0.82, within(1e-12));
        assertThat(spread.deviation()).isCloseTo(0.02, within(1e-12));
        assertThat(row.secondsPerEpoch()).as("median of 10, 20 and 30 s").isEqualTo(20);
        assertThat(BenchmarkRow.read(folder.rows().get(2)).secondsPerEpoch())
                .as("median of 10 and 20 s")
                .isEqualTo(15);
    }

    @Test
    void singleRunsSayWhereThePublishedFigureIs() {
        Grid runs = BenchmarkTables.of(results()).get(2);
        assertThat(runs.lines()).hasSize(2 * (3 + 1 + 2));
        assertThat(line(runs, "resnet18-3d 2", "best").cells())
                .containsExactly(
                        "resnet18-3d 2",
                        "best",
                        "2",
                        "0.850",
                        "0.810 to 0.890",
                        "within",
                        "0.750",
                        "0.710 to 0.790",
                        "within");
        assertThat(line(runs, "resnet18-acs 0", "last").cells()).contains("0.760 to 0.840", "within", "above");
        Optional<Bootstrap.Interval> interval = Optional.of(new Bootstrap.Interval(0.7, 0.8));
        assertThat(BenchmarkTables.position(Optional.of(0.7), interval)).isEqualTo("within");
        assertThat(BenchmarkTables.position(Optional.of(0.6999), interval)).isEqualTo("below");
        assertThat(BenchmarkTables.position(Optional.of(0.8001), interval)).isEqualTo("above");
        assertThat(BenchmarkTables.position(Optional.empty(), interval)).isEqualTo("–");
        assertThat(BenchmarkTables.position(Optional.of(0.5), Optional.empty())).isEqualTo("–");
    }

    @Test
    void notesNameWhatIsMissingAndWhereRowsDiffer() {
        assertThat(BenchmarkNotes.of(results()))
                .contains(
                        "Not finished: resnet18-acs 1 (not started, 0 of 8 epochs); resnet18-acs 2 (not started, 0 of 8 "
                                + "epochs).",
                        "Not trained as the recipe says, so not quite comparable: resnet18-acs (8 of the recipe's 100 "
                                + "epochs).",
                        "Nets of the study are trained with the study's recipe, not with the benchmark's.")
                .anyMatch(note -> note.contains("Compare 'last' with the published figures: until May 2023"))
                .anyMatch(note -> note.contains("Scientific Data 10, 41, 2023") && note.contains("table 1"))
                .noneMatch(note -> note.contains("revised") || note.contains("another size"));
    }

    @Test
    void notesOnRevisedSetsAndOtherSizes() {
        BenchmarkFolder nodule = new BenchmarkFolder(temporary.resolve("nodule"));
        Fabricated.row(nodule, "resnet50-3d", DatasetInfo.NODULE, 64, 100, 1, 1);
        BenchmarkResults results = BenchmarkResults.read(nodule, net -> true);
        assertThat(results.dataName()).isEqualTo("NoduleMNIST3D, 64³");
        assertThat(BenchmarkNotes.of(results))
                .anyMatch(note -> note.contains("revised after its first publication"))
                .anyMatch(note -> note.contains("whereas these rows have another size"))
                .noneMatch(note -> note.startsWith("Not "));
    }

    @Test
    void textFitsAHundredColumns() {
        String text = BenchmarkText.terminal(results());
        assertThat(text.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
        assertThat(text)
                .contains(
                        "\nMethod            Runs  Epochs     AUC last     AUC best  publ.     ACC last     ACC best  publ.\n")
                .contains(
                        "\nResNet-18 + 3D       3     100  0.820±0.020  0.830±0.020  0.827  0.720±0.020  0.730±0.020  0.721\n")
                .contains(
                        "\nResNet-18 + ACS    1/3       8        0.800        0.810  0.839        0.700        0.710  0.754\n")
                .contains("\nresnet18-acs  medmnist   1/3       8     32          10.0 s\n");
    }

    @Test
    void markdownHasTheSameCells() {
        String text = BenchmarkText.markdown(results());
        assertThat(text)
                .startsWith("# Benchmark: AdrenalMNIST3D, 28³\n\n## Test split")
                .contains("\n| Method | Runs | Epochs | AUC last |")
                .contains("\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n")
                .contains("\n| ResNet-18 + 3D | 3 | 100 | 0.820 ± 0.020 | 0.830 ± 0.020 | 0.827 | 0.720 ± 0.020 |")
                .contains("\n* Not finished: resnet18-acs 1");
    }

    @Test
    void csvHasRunsMeansAndPublishedRows() {
        List<List<String>> lines = BenchmarkCsv.of(results())
                .lines()
                .map(line -> Arrays.asList(line.split(",", -1)))
                .toList();
        assertThat(lines).allSatisfy(line -> assertThat(line).hasSize(19));
        assertThat(lines.stream().skip(1).map(List::getFirst).filter("run"::equals))
                .hasSize(4 * (3 + 1 + 2));
        assertThat(lines.stream().filter(line -> line.getFirst().equals("mean")))
                .hasSize(4 * 3);
        assertThat(lines.stream().filter(line -> line.getFirst().equals("published")))
                .hasSize(8);
        assertThat(lines.getLast().subList(0, 3)).containsExactly("study", "", "Original study");
        List<String> single = lines.stream()
                .filter(line -> line.subList(0, 2).equals(List.of("mean", "resnet18-acs"))
                        && line.subList(7, 10).equals(List.of("last", "", "test")))
                .findFirst()
                .orElseThrow();
        assertThat(single.subList(10, 14)).containsExactly("0.8", "", "", "");
    }

    @Test
    void readsWhatIsThere() throws IOException {
        assertThat(BenchmarkFolder.isAt(folder.path())).isTrue();
        assertThat(BenchmarkFolder.isAt(folder.path().resolve("net1"))).isFalse();
        assertThat(BenchmarkFolder.isAt(temporary)).isFalse();
        assertThat(BenchmarkResults.read(folder, Nets.named("net1")::equals).rows())
                .hasSize(1);
        assertThatThrownBy(() -> BenchmarkResults.read(folder, Nets.named("net2")::equals))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("has no row of a benchmark yet");
        Fabricated.row(folder, "net2", DatasetInfo.VESSEL, 28, 500, 1, 0);
        assertThatThrownBy(this::results)
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("rows of different data")
                .hasMessageContaining("net2 of VesselMNIST3D");
    }

    @Test
    void refusesDamagedFigures() throws IOException {
        Path file = folder.path().resolve("net1/evaluations/member-00.json");
        String text = Files.readString(file);
        Files.writeString(file, text.replaceFirst("\"accuracy\" : 0\\.\\d+", "\"accuracy\" : 7"));
        assertThatThrownBy(this::results)
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("member-00.json (remove it, and it will be written again)")
                .hasMessageContaining("accuracy is 7.0; expected 0 to 1");
        // Figures of fewer epochs than the member has now are not used.
        Files.writeString(file, text.replaceFirst("\"lastEpoch\" : 500", "\"lastEpoch\" : 499"));
        assertThat(results().rows().getLast().runs()).hasSize(1);
        assertThat(BenchmarkNotes.of(results())).anyMatch(note -> note.contains("net1 0 (finished, to be evaluated)"));
    }
}
