package dev.voxgrad.medmnist.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.run.ModelKind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EnsembleWeightsTest {
    @TempDir
    private Path folder;

    @Test
    void modelWeightIsGroupTimesMember() {
        EnsembleWeights weights = new EnsembleWeights(0.5, 1.5, List.of(1.0, 2.0));
        assertThat(weights.of(0, ModelKind.LAST)).isEqualTo(0.5);
        assertThat(weights.of(1, ModelKind.LAST)).isEqualTo(1);
        assertThat(weights.of(1, ModelKind.BEST)).isEqualTo(3);
        assertThat(EnsembleWeights.defaults(2)).isEqualTo(new EnsembleWeights(0.5, 1.5, List.of(1.0, 1.0)));
    }

    @Test
    void readsFileWithDefaults() throws IOException {
        Path file = Files.writeString(folder.resolve("w"), "# by hand\nbest = 2\nmember.1 = 0.25\n");
        assertThat(EnsembleWeights.read(file, 3)).isEqualTo(new EnsembleWeights(0.5, 2, List.of(1.0, 0.25, 1.0)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "best = -1              | weight best is -1.0; expected zero or more",
                "last = NaN             | last is 'NaN'; expected a number",
                "member.0 = Infinity    | member.0 is 'Infinity'; expected a number",
                "last = 1e308           | weight last is 1.0E308; expected 0, or 1.0E-9 to 1.0E9",
                "member.1 = 1e-300      | weight member.1 is 1.0E-300; expected 0, or 1.0E-9 to 1.0E9",
                "best = 1e400           | best is '1e400'; expected a number",
                "best = 0x1p3           | best is '0x1p3'; expected a number",
                "best = 1d              | best is '1d'; expected a number",
                "best = 0,5             | best is '0,5'; expected a number such as 0.25",
                "best                   | best is ''; expected a number",
                "best = much            | best is 'much'; expected a number",
                "last;0.5               | unknown entries [last;0.5]",
                "worst = 1              | unknown entries [worst]",
                "member.3 = 1           | unknown entries [member.3]; expected last, best, and member.0 to member.2"
            })
    void errorNamesBadLine(String line, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("w"), line + "\n");
        assertThatThrownBy(() -> EnsembleWeights.read(file, 3))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(message);
    }

    /** Files as saved by Notepad or on an old Mac, and with all separators that are accepted. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\uFEFFbest = 2\r\nmember.1 = 0.25\r\n\r\n",
                "best = 2\rmember.1 = 0.25",
                "\uFEFF# by hand\n  best: 2\nmember.1 0.25",
                "best=2\nmember.1\t=\t.25"
            })
    void readsFilesOfOtherSystems(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("w"), text);
        assertThat(EnsembleWeights.read(file, 3)).isEqualTo(new EnsembleWeights(0.5, 2, List.of(1.0, 0.25, 1.0)));
    }

    @Test
    void refusesDuplicateEntry() throws IOException {
        Path file = Files.writeString(folder.resolve("w"), "best = 2\nbest = 3\n");
        assertThatThrownBy(() -> EnsembleWeights.read(file, 1)).hasMessageContaining("two entries best");
    }

    @Test
    void refusesAllZeroWeights() {
        assertThatThrownBy(() -> EnsembleWeights.groups(0, 0, 2)).hasMessageContaining("all weights are zero");
        assertThatThrownBy(() -> new EnsembleWeights(1, 1, List.of(0.0))).hasMessageContaining("all weights are zero");
        assertThatThrownBy(() -> EnsembleWeights.read(folder.resolve("none"), 1))
                .hasMessageContaining("no such file");
    }

    @Test
    void multipliesByModelFactors() {
        EnsembleWeights weights = new EnsembleWeights(0.5, 1.5, List.of(1.0, 2.0)).times(List.of(1.0, 2.0, 3.0, 0.0));
        assertThat(weights.of(0, ModelKind.LAST)).isEqualTo(0.5);
        assertThat(weights.of(0, ModelKind.BEST)).isEqualTo(3);
        assertThat(weights.of(1, ModelKind.LAST)).isEqualTo(3);
        assertThat(weights.of(1, ModelKind.BEST)).isZero();
        assertThatThrownBy(() -> EnsembleWeights.groups(0, 1, 1).times(List.of(1.0, 0.0)))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("every weight is zero", "[1.0, 0.0]", "last 0.0, best 1.0");
        assertThatThrownBy(() -> new EnsembleWeights(1, 1, List.of(1.0), List.of(), List.of(1.0)))
                .hasMessageContaining("1 weights of models for 1 members and 0 baselines; expected 2");
        assertThatThrownBy(() -> new EnsembleWeights(1, 1, List.of(1.0), List.of(), List.of(1.0, -1.0)))
                .hasMessageContaining("weight of model 1 is -1.0");
    }

    @Test
    void baselinesHaveWeightsOfTheirOwn() throws IOException {
        EnsembleWeights weights =
                new EnsembleWeights(0.5, 1.5, List.of(1.0, 2.0), List.of(3.0)).times(List.of(1.0, 1.0, 1.0, 1.0, 0.5));
        assertThat(weights.of(1, ModelKind.BEST)).isEqualTo(3);
        assertThat(weights.ofBaseline(0)).isEqualTo(1.5);
        assertThat(weights.toString()).endsWith("members 1.0 2.0, baselines 3.0");
        assertThat(weights.withoutBaselines().orElseThrow())
                .isEqualTo(new EnsembleWeights(0.5, 1.5, List.of(1.0, 2.0)));
        assertThat(new EnsembleWeights(0, 0, List.of(1.0), List.of(1.0)).withoutBaselines())
                .isEmpty();
        Path file = Files.writeString(folder.resolve("baselines.txt"), "member.0 = 3\nbaseline.1 = 5\n");
        assertThat(EnsembleWeights.read(file, 2, 2))
                .isEqualTo(new EnsembleWeights(0.5, 1.5, List.of(3.0, 1.0), List.of(4.0, 5.0)));
    }
}
