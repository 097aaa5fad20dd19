package dev.voxgrad.medmnist.baseline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpyWriter;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.io.DataFileException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Writes and reads folders of baselines, and damages them. */
class BaselineFilesTest {
    @TempDir
    private Path temp;

    private Path folder;
    private VolumeData data;
    private DataSource source;

    @BeforeEach
    void writeBaseline() {
        folder = temp.resolve("a baseline");
        SyntheticShapes.Settings shapes = new SyntheticShapes.Settings(1, 8, 6, 5, 7, 1);
        source = DataSource.synthetic(shapes);
        data = SyntheticShapes.make(shapes);
        MadeUpBaseline.write(folder, source, data, rows(6, 0.5), rows(5, 0.3), rows(7, 0.1));
    }

    private double[][] rows(int count, double first) {
        double[][] rows = new double[count][data.classes()];
        for (double[] row : rows) {
            Arrays.fill(row, (1 - first) / (row.length - 1));
            row[0] = first;
        }
        return rows;
    }

    @Test
    void readsWhatWasWritten() {
        BaselineFiles read = BaselineFiles.open(folder);
        assertThat(read.info()).isEqualTo(MadeUpBaseline.info(source, data));
        assertThat(read.trainOutOfFold().orElseThrow()).isDeepEqualTo(rows(6, 0.5));
        assertThat(read.val().orElseThrow()).isDeepEqualTo(rows(5, 0.3));
        assertThat(read.test().orElseThrow()).isDeepEqualTo(rows(7, 0.1));
        assertThat(read.model(read.info().chosen().get(1)).read("value").getDouble(0))
                .isEqualTo(0.75);
    }

    @Test
    void leavesNoTemporaryFolder() throws IOException {
        try (Stream<Path> all = Files.list(temp)) {
            assertThat(all).containsExactly(folder);
        }
    }

    @Test
    void aFailureLeavesNothing() throws IOException {
        Path other = temp.resolve("other");
        BaselineContents contents = new BaselineContents(
                Map.of(), Optional.empty(), Optional.empty(), Optional.empty(), Map.of("no folder/text.csv", "text"));
        assertThatThrownBy(() -> BaselineFiles.write(other, MadeUpBaseline.info(source, data), contents))
                .isInstanceOf(DataFileException.class);
        leavesNoTemporaryFolder();
    }

    @Test
    void makesTheFoldersAbove() {
        Path deep = temp.resolve("runs/of today/base");
        BaselineFiles.requireEmpty(deep);
        assertThat(deep.getParent()).doesNotExist();
        MadeUpBaseline.write(deep, source, data, rows(6, 0.5), rows(5, 0.3), rows(7, 0.1));
        assertThat(BaselineFiles.isBaseline(deep)).isTrue();
    }

    @Test
    void aFileAmongTheFoldersAboveIsReported() throws IOException {
        Path file = Files.writeString(temp.resolve("notes.txt"), "mine");
        assertThatThrownBy(() -> BaselineFiles.requireEmpty(file.resolve("runs/base")))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("there is no folder " + file.toRealPath());
    }

    @Test
    void leavesExistingFoldersAlone() throws IOException {
        assertThatThrownBy(() -> BaselineFiles.requireEmpty(folder))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("already contains a baseline");
        Path other = Files.createDirectory(temp.resolve("other"));
        BaselineFiles.requireEmpty(other);
        Files.writeString(other.resolve("notes.txt"), "mine");
        assertThatThrownBy(() -> BaselineFiles.requireEmpty(other)).hasMessageContaining("is not empty");
    }

    @Test
    void foldersWithoutBaselineAreRefused() {
        assertThatThrownBy(() -> BaselineFiles.open(temp))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("contains no baseline");
    }

    @Test
    void damagedPredictionsAreRefused() throws IOException {
        Path file = folder.resolve("predictions/val.npy");
        BaselineFiles read = BaselineFiles.open(folder);
        NpyWriter.writeNpy(file, NpyArray.ofRows(rows(4, 0.3)));
        assertThatThrownBy(read::val).hasMessageContaining("expected float64 of (5, 5)");
        NpyWriter.writeNpy(file, NpyArray.ofRows(rows(5, Double.NaN)));
        assertThatThrownBy(read::val).hasMessageContaining("row 0 has values that are no probabilities");
        Files.write(file, new byte[] {1, 2, 3});
        assertThatThrownBy(read::val).isInstanceOf(DataFileException.class);
        Files.delete(file);
        assertThat(read.val()).isEmpty();
        Files.createSymbolicLink(file, folder.resolve("predictions/test.npy"));
        assertThatThrownBy(read::val).hasMessageContaining("is a link");
    }

    @Test
    void editedJsonIsRefused() throws IOException {
        assertRefused("\"weight\" : 0.25", "\"weight\" : 0.5", "weights that add up to 1");
        assertRefused("\"candidate\" : 2", "\"candidate\" : 3", "chosen");
        assertRefused("\"candidate\" : 2", "\"candidate\" : 0", "each candidate once");
        assertRefused("\"folds\" : 5", "\"folds\" : 1", "folds");
        assertRefused("\"grid7\"", "\"../grid7\"", "features");
        assertRefused("\"logLoss\" : 0.5,", "\"logLoss\" : \"NaN\",", "logLoss");
        assertRefused("\"train\" : 6", "\"train\" : 0", "train");
        assertRefused("\"format\" : 1", "\"format\" : 2", "later Voxgrad");
    }

    private void assertRefused(String found, String replacement, String message) throws IOException {
        Path file = folder.resolve(BaselineFiles.FILE);
        String text = Files.readString(file);
        assertThat(text).contains(found);
        Files.writeString(file, text.replaceFirst(Pattern.quote(found), replacement));
        assertThatThrownBy(() -> BaselineFiles.open(folder))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining(message);
        Files.writeString(file, text);
    }
}
