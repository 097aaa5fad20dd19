package dev.voxgrad.medmnist.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.data.Shared;
import dev.voxgrad.medmnist.metrics.Metrics;

import static org.assertj.core.api.Assertions.assertThat;

class PublishedRowTest {
    private static final String STUDY = "MyNet";

    private static List<String> cells(String line) {
        return Arrays.stream(line.split("\\|", -1)).skip(1).map(String::strip).toList();
    }

    /** Compares all nine rows and six sets with the table that the study's report prints. */
    @Test
    void equalsTheTableOfTheStudy() throws IOException {
        List<List<String>> lines = Files.readAllLines(Shared.file("study-table.md")).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("|-"))
                .map(PublishedRowTest::cells)
                .toList();
        List<String> sets = lines.getFirst().subList(1, 7);
        assertThat(lines.stream().skip(1).map(cells -> cells.getFirst().equals(STUDY) ? "study" : cells.getFirst()))
                .containsExactlyElementsOf(
                        Stream.concat(PublishedRow.ofBenchmark().stream().map(PublishedRow::method), Stream.of("study"))
                                .toList());
        for (int row = 0; row < 9; row++) {
            PublishedRow ours = row < 8 ? PublishedRow.ofBenchmark().get(row) : PublishedRow.ofStudy();
            for (int s = 0; s < sets.size(); s++) {
                Metrics figures = ours.on(DatasetInfo.valueOf(sets.get(s).toUpperCase(Locale.ROOT)));
                assertThat(String.format(Locale.ROOT, "%.3f / %.3f", figures.auc(), figures.accuracy())
                                .replace("0.", "."))
                        .as("%s on %s", ours.method(), sets.get(s))
                        .isEqualTo(lines.get(row + 1).get(s + 1));
            }
        }
    }

    @Test
    void findsRowsByNet() {
        assertThat(PublishedRow.ofNet("resnet18-acs").orElseThrow().on(DatasetInfo.ADRENAL))
                .isEqualTo(new Metrics(0.839, 0.754));
        assertThat(PublishedRow.ofNet("net1")).isEmpty();
        assertThat(PublishedRow.ofBenchmark().stream().map(PublishedRow::net))
                .containsExactly(
                        "resnet18-2.5d",
                        "resnet18-3d",
                        "resnet18-acs",
                        "resnet50-2.5d",
                        "resnet50-3d",
                        "resnet50-acs",
                        null,
                        null);
    }
}
