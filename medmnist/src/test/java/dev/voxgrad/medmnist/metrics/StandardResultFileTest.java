package dev.voxgrad.medmnist.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.io.DataFileException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class StandardResultFileTest {
    private static final String NAME = "adrenalmnist3d_test_[AUC]0.875_[ACC]0.750@run1.csv";

    @TempDir
    private Path folder;

    /** Labels 1, 0, 1, 0 in test. */
    private static VolumeData data() {
        Split split = Split.of("test", new VolumeShape(1, 1), new byte[4], new int[] {1, 0, 1, 0});
        return new VolumeData(
                "small",
                "Four voxels.",
                Task.BINARY,
                List.of("a", "b"),
                false,
                false,
                Optional.empty(),
                split,
                split,
                split);
    }

    @Test
    void readsOfficialFormatInAnyOrder() {
        StandardResultFile file = read(NAME, "2,0.6,0.4\n0,0.2,0.8\n3,0.9,1e-1\n\n1,0.6,0.4\n");
        assertThat(file.flag()).isEqualTo("adrenalmnist3d");
        assertThat(file.size()).isEqualTo(28);
        assertThat(file.split()).isEqualTo("test");
        assertThat(file.scores()).isDeepEqualTo(new double[][] {{0.2, 0.8}, {0.6, 0.4}, {0.6, 0.4}, {0.9, 0.1}});
        assertThat(file.evaluate(data())).isEqualTo(new Metrics(3.5 / 4, 0.75));
    }

    @Test
    void writesWhatItReads() throws IOException {
        double[][] scores = {{0.25, 0.75}, {1e-7, 1 / 3.0}, {0.1f, 0.9f}};
        StandardResultFile written =
                StandardResultFile.write(folder, "organmnist3d", 64, "val", new Metrics(0.99951, 0.0625), "7", scores);
        assertThat(written.path().getFileName()).hasToString("organmnist3d_64_val_[AUC]1.000_[ACC]0.062@7.csv");
        assertThat(Files.readAllLines(written.path())).first().isEqualTo("0,0.25,0.75");
        StandardResultFile read = StandardResultFile.read(written.path());
        assertThat(read.size()).isEqualTo(64);
        assertThat(read.split()).isEqualTo("val");
        assertThat(read.scores()).isDeepEqualTo(scores);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(written.path());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "0,0.1,0.9;1,0.5! line 2: has 2 fields; expected an index and 2 scores",
                "0;1! line 1: has 1 fields; expected an index and at least one score",
                "0,0.1,0.9;1,0.1,x! line 2: score 'x' is not a number",
                "0,0.1,0.9;1,0.1,! line 2: score '' is not a number",
                "0,0.1,NaN! line 1: score 'NaN' is not a number",
                "0,0.1,1e999! line 1: score '1e999' is not finite",
                "0,0.1,0.9;2,0.1,0.9! line 2: index 2 leaves a gap: the file has 2 lines",
                "0,0.1,0.9;0,0.1,0.9! line 2: index 0 occurs a second time",
                "-1,0.1,0.9! line 1: index -1 leaves a gap",
                "id,score_0,score_1;0,0.1,0.9! line 1: index 'id' is not a whole number",
                "0.0,0.1,0.9! line 1: index '0.0' is not a whole number",
                "0,0.1,0x1p-1! line 1: score '0x1p-1' is not a number",
                "0,0.1,0.9d! line 1: score '0.9d' is not a number",
                "0,0.1,-Infinity! line 1: score '-Infinity' is not a number",
            })
    void refusesMalformedLines(String lines, String message) {
        assertThatThrownBy(() -> read(NAME, lines.replace(';', '\n')))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining(NAME)
                .hasMessageContaining(message);
    }

    /** MedMNIST's own save_results writes utf_8_sig; Excel adds CRLF, and editors blank lines. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\uFEFF0,0.2,0.8\n1,0.6,0.4\n",
                "\uFEFF0,0.2,0.8\r\n1,0.6,0.4\r\n\r\n",
                "0,0.2,0.8\r1,0.6,0.4\r",
                " 0 , 0.2 ,+0.8\n\n1,.6,4E-1\n\n\n"
            })
    void readsFilesOfOtherPrograms(String text) {
        assertThat(read(NAME, text).scores()).isDeepEqualTo(new double[][] {{0.2, 0.8}, {0.6, 0.4}});
    }

    @Test
    void errorNamesSemicolons() {
        assertThatThrownBy(() -> read(NAME, "0;0,2;0,8\n1;0,6;0,4\n")).hasMessageContaining("line 1: has semicolons");
        assertThatThrownBy(() -> read(NAME, "0;0.2;0.8\n")).hasMessageContaining("line 1: has semicolons");
    }

    @Test
    void shortensAndEscapesHostileLines() {
        assertThatThrownBy(() -> read(NAME, "0,\u001b[2J" + "9".repeat(100_000) + "x\n"))
                .hasMessageContaining("is not a number")
                .hasMessageNotContainingAny("\u001b")
                .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(500));
    }

    @Test
    void refusesOtherFilesAndWrongCounts() throws IOException {
        assertThatThrownBy(() -> read(NAME, "\n")).hasMessageContaining("is empty");
        assertThatThrownBy(() -> read("scores.csv", "0,1")).hasMessageContaining("is not named as a standard result");
        assertThatThrownBy(() -> StandardResultFile.read(folder.resolve(NAME + ".csv")))
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> read(NAME, "0,0.1\n1,0.9\n").evaluate(data()))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("has scores of 2 samples; small has 4 in test");
        assertThatThrownBy(
                        () -> read(NAME, "0,1,2,3\n1,1,2,3\n2,1,2,3\n3,1,2,3\n").evaluate(data()))
                .hasMessageContaining("has 3 scores per sample; small has 2 classes");
        Files.write(folder.resolve(NAME), new byte[] {(byte) 0xFF, (byte) 0xFE, 0});
        assertThatThrownBy(() -> StandardResultFile.read(folder.resolve(NAME))).hasMessageContaining("UTF-16");
        for (byte[] bytes : new byte[][] {{'0', ',', 0, '1'}, {'0', ',', (byte) 0xE9, '1'}}) {
            Files.write(folder.resolve(NAME), bytes);
            assertThatThrownBy(() -> StandardResultFile.read(folder.resolve(NAME)))
                    .hasMessageContaining("not a text file in UTF-8");
        }
    }

    /** Formats NaN as Python does. */
    @Test
    void undefinedAucIsNan() {
        assertThat(StandardResultFile.fileName("organmnist3d", 28, "test", new Metrics(Double.NaN, 0.5), "1"))
                .isEqualTo("organmnist3d_test_[AUC]nan_[ACC]0.500@1.csv");
    }

    private StandardResultFile read(String name, String content) {
        Path path = folder.resolve(name);
        try {
            Files.writeString(path, content);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return StandardResultFile.read(path);
    }
}
