package dev.voxgrad.medmnist.ensemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.medmnist.data.DataException;
import dev.voxgrad.medmnist.data.DataFileException;
import dev.voxgrad.medmnist.train.ModelKind;

class EnsembleWeightsTest {
    @TempDir
    private Path folder;

    @Test
    void aModelsWeightIsItsGroupsTimesItsMembers() {
        EnsembleWeights weights = new EnsembleWeights(0.5, 1.5, List.of(1.0, 2.0));
        assertThat(weights.of(0, ModelKind.LAST)).isEqualTo(0.5);
        assertThat(weights.of(1, ModelKind.LAST)).isEqualTo(1);
        assertThat(weights.of(1, ModelKind.BEST)).isEqualTo(3);
        assertThat(EnsembleWeights.defaults(2)).isEqualTo(new EnsembleWeights(0.5, 1.5, List.of(1.0, 1.0)));
    }

    @Test
    void readsAFileAndFillsUpWithDefaults() throws IOException {
        Path file = Files.writeString(folder.resolve("w"), "# by hand\nbest = 2\nmember.1 = 0.25\n");
        assertThat(EnsembleWeights.read(file, 3)).isEqualTo(new EnsembleWeights(0.5, 2, List.of(1.0, 0.25, 1.0)));
    }

    @ParameterizedTest
    @CsvSource({
        "best = -1, weight best is -1.0",
        "last = NaN, weight last is NaN",
        "member.0 = Infinity, weight member.0 is Infinity",
        "best = much, best is 'much'; expected a number",
        "worst = 1, unknown entries [worst]",
        "member.3 = 1, unknown entries [member.3]; expected last, best, and member.0 to member.2"
    })
    void badLinesAreNamed(String line, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("w"), line + "\n");
        assertThatThrownBy(() -> EnsembleWeights.read(file, 3))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(message);
    }

    @Test
    void somethingMustCount() {
        assertThatThrownBy(() -> EnsembleWeights.groups(0, 0, 2)).hasMessageContaining("all weights are zero");
        assertThatThrownBy(() -> new EnsembleWeights(1, 1, List.of(0.0))).hasMessageContaining("all weights are zero");
        assertThatThrownBy(() -> EnsembleWeights.read(folder.resolve("none"), 1)).hasMessageContaining("no such file");
    }

    @Test
    void factorsOfModelsMultiply() {
        EnsembleWeights weights = new EnsembleWeights(0.5, 1.5, List.of(1.0, 2.0)).times(List.of(1.0, 2.0, 3.0, 0.0));
        assertThat(weights.of(0, ModelKind.LAST)).isEqualTo(0.5);
        assertThat(weights.of(0, ModelKind.BEST)).isEqualTo(3);
        assertThat(weights.of(1, ModelKind.LAST)).isEqualTo(3);
        assertThat(weights.of(1, ModelKind.BEST)).isZero();
        assertThatThrownBy(() -> EnsembleWeights.groups(0, 1, 1).times(List.of(1.0, 0.0)))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("every weight is zero", "[1.0, 0.0]", "last 0.0, best 1.0");
        assertThatThrownBy(() -> new EnsembleWeights(1, 1, List.of(1.0), List.of(1.0)))
                .hasMessageContaining("1 weights of models for 1 members; expected 2");
        assertThatThrownBy(() -> new EnsembleWeights(1, 1, List.of(1.0), List.of(1.0, -1.0)))
                .hasMessageContaining("weight of model 1 is -1.0");
    }
}
