package dev.voxgrad.medmnist.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpyType;
import dev.voxgrad.medmnist.io.DataFileException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LabelReaderTest {
    private static final List<String> SPLITS = List.of("train", "val", "test");

    private final List<String> notes = new ArrayList<>();

    private Labels read(FileOptions options, NpyArray... splits) {
        return LabelReader.read(
                "own.npz",
                SPLITS,
                List.of(splits),
                Stream.of(splits).map(array -> array.shape()[0]).toList(),
                options,
                notes::add);
    }

    private Labels read(NpyArray... splits) {
        return read(FileOptions.NONE, splits);
    }

    private void assertRefused(FileOptions options, String message, NpyArray... splits) {
        assertThatThrownBy(() -> read(options, splits))
                .isInstanceOf(DataFileException.class)
                .hasMessageStartingWith("own.npz: ")
                .hasMessageContaining(message);
    }

    private static FileOptions as(Task task) {
        return new FileOptions(List.of(), Optional.of(task), false, Optional.empty());
    }

    private static NpyArray longs(long... labels) {
        return NpyArray.ofLongs(labels, labels.length);
    }

    private static NpyArray floats(float... labels) {
        return NpyArray.ofFloats(labels, labels.length);
    }

    /** One-hot rows of these classes. */
    private static NpyArray oneHot(int classes, int... labels) {
        byte[] rows = new byte[labels.length * classes];
        for (int i = 0; i < labels.length; i++) {
            rows[i * classes + labels[i]] = 1;
        }
        return NpyArray.ofBytes(rows, labels.length, classes);
    }

    private static int[] classes(Labels labels, int split) {
        return Stream.of(labels.rows().get(split)).mapToInt(row -> row[0]).toArray();
    }

    @Test
    void readsOneHotRowsAsClasses() {
        Labels labels = read(oneHot(3, 0, 2, 1), oneHot(3, 1, 1), oneHot(3, 2, 0));
        assertThat(labels.task()).isEqualTo(Task.MULTI_CLASS);
        assertThat(labels.names()).containsExactly("0", "1", "2");
        assertThat(classes(labels, 0)).containsExactly(0, 2, 1);
        assertThat(classes(labels, 2)).containsExactly(2, 0);
        assertThat(notes)
                .singleElement()
                .asString()
                .contains("labels are one-hot", "one of 3 classes per volume", "--task multi-label");
    }

    @Test
    void readsTwoOneHotColumnsAsBinaryTask() {
        Labels labels = read(oneHot(2, 0, 1), oneHot(2, 1), oneHot(2, 0));
        assertThat(labels.task()).isEqualTo(Task.BINARY);
        assertThat(classes(labels, 0)).containsExactly(0, 1);
        assertThat(notes).hasSize(1);
    }

    @Test
    void taskOptionDecidesMeaningOfOneHotRows() {
        Labels several = read(as(Task.MULTI_LABEL), oneHot(3, 0, 2), oneHot(3, 1), oneHot(3, 2));
        assertThat(several.task()).isEqualTo(Task.MULTI_LABEL);
        assertThat(several.rows().getFirst()).isDeepEqualTo(new int[][] {{1, 0, 0}, {0, 0, 1}});
        assertThat(read(as(Task.MULTI_CLASS), oneHot(3, 0, 2), oneHot(3, 1), oneHot(3, 2))
                        .task())
                .isEqualTo(Task.MULTI_CLASS);
        assertThat(notes).isEmpty();
    }

    /** Only the last split shows that the labels are independent. */
    @ParameterizedTest
    @CsvSource({"0,0", "1,1"})
    void oneRowInAnySplitMakesTaskMultiLabel(byte first, byte second) {
        NpyArray test = NpyArray.ofBytes(new byte[] {0, 1, first, second}, 2, 2);
        assertThat(read(oneHot(2, 0, 1), oneHot(2, 1), test).task()).isEqualTo(Task.MULTI_LABEL);
        assertThat(notes).isEmpty();
        assertRefused(
                as(Task.BINARY),
                "volume 1 in test has " + (first + second) + " of them; expected one class",
                oneHot(2, 0, 1),
                oneHot(2, 1),
                test);
    }

    @Test
    void warnsOfAlmostOneHotRows() {
        NpyArray test = NpyArray.ofBytes(new byte[] {0, 0, 0}, 1, 3);
        assertThat(read(oneHot(3, 0, 1, 2, 0, 1, 2, 0, 1, 2), oneHot(3, 1), test)
                        .task())
                .isEqualTo(Task.MULTI_LABEL);
        assertThat(notes).singleElement().asString().contains("almost one-hot", "volume 0 in test has 0 of them");
    }

    @Test
    void shiftsLabelsFromOne() {
        Labels labels = read(longs(1, 3, 2), longs(1, 2), longs(3));
        assertThat(classes(labels, 0)).containsExactly(0, 2, 1);
        assertThat(labels.names()).containsExactly("1", "2", "3");
        assertThat(notes).containsExactly("own.npz: labels run from 1 to 3: taken as classes 0 to 2 [1, 2, 3]");
        assertThat(read(FileOptions.named(List.of("a", "b")), longs(1, 2), longs(2), longs(1))
                        .task())
                .isEqualTo(Task.BINARY);
    }

    /** With a name for class 0, which may be missing from a file to predict. */
    @Test
    void keepsLabelsFromOneIfClassZeroIsNamed() {
        Labels labels = read(FileOptions.named(List.of("a", "b", "c")), longs(1, 2), longs(2), longs(1));
        assertThat(classes(labels, 0)).containsExactly(1, 2);
        assertThat(notes)
                .singleElement()
                .asString()
                .contains("labels run from 1 to 2, and there are 3 class names", "no volume has class 0 (a)");
    }

    @Test
    void refusesLabelsStartingAboveOne() {
        assertRefused(
                FileOptions.NONE,
                "labels from 2 to 4; they must start at 0: subtract 2",
                longs(2, 3),
                longs(4),
                longs(2));
    }

    @Test
    void acceptsIntegersOfOtherTypes() {
        assertThat(classes(read(floats(0, 1, 2), floats(1), longs(0)), 0)).containsExactly(0, 1, 2);
        assertThat(read(NpyArray.ofBytes(new byte[] {1, 0}, 2, 1, 1), longs(1), longs(0))
                        .task())
                .isEqualTo(Task.BINARY);
        assertThat(read(NpyArray.ofFloats(new float[] {0, 1, 1, 0}, 2, 2), oneHot(2, 0), oneHot(2, 1))
                        .task())
                .isEqualTo(Task.BINARY);
    }

    @Test
    void namesFractionsAndUnknownLabels() {
        assertRefused(
                FileOptions.NONE,
                "val_labels: found 0.25 for volume 1, expected whole numbers",
                longs(0, 1),
                floats(1, 0.25f),
                longs(0));
        assertRefused(
                FileOptions.NONE, "test_labels: found NaN for volume 0", longs(0, 1), longs(1), floats(Float.NaN));
        assertRefused(
                FileOptions.NONE,
                "val_labels holds a number beyond 32 bits for volume 0",
                longs(0, 1),
                floats(Float.POSITIVE_INFINITY),
                longs(0));
        assertRefused(FileOptions.NONE, "beyond 32 bits for volume 0", floats(1e30f), longs(1), longs(0));
        assertRefused(
                FileOptions.NONE,
                "label -1 of volume 1 in val is outside the classes; expected 0 to 1. Leave "
                        + "out volumes without a label",
                longs(0, 1),
                longs(0, -1),
                longs(0));
    }

    @Test
    void namesShapesThatAreNotLabels() {
        assertRefused(
                FileOptions.NONE,
                "expected whole numbers as (N), (N,1), or (N,L)",
                NpyArray.ofBytes(new byte[8], 2, 2, 2),
                longs(0),
                longs(1));
        assertRefused(
                FileOptions.NONE,
                "val_labels: found |u1[1, 3], expected as many labels per volume as in train, 1",
                longs(0, 1),
                oneHot(3, 1),
                longs(1));
    }

    @Test
    void refusesLabelsWithVolumesLast() {
        NpyArray wide = NpyArray.ofBytes(new byte[1001], 1, 1001);
        assertRefused(FileOptions.NONE, "has 1001 labels per volume; expected at most 1000", wide, wide, wide);
    }

    @Test
    void comparesCountOfNames() {
        List<String> three = List.of("a", "b", "c");
        assertRefused(
                FileOptions.named(List.of("a", "b")),
                "label 2 of volume 1 in train is outside the classes; "
                        + "expected 0 to 1, as there are 2 class names [a, b]",
                longs(0, 2),
                longs(1),
                longs(0));
        assertRefused(
                FileOptions.named(three),
                "has 2 labels per volume; expected 3",
                oneHot(2, 0),
                oneHot(2, 1),
                oneHot(2, 0));
        read(FileOptions.named(three), longs(0, 1), longs(1), longs(0));
        assertThat(notes)
                .singleElement()
                .asString()
                .contains("there are 3 class names, but labels run from 0 to 1", "no volume has class 2 (c)");
    }

    @Test
    void refusesTasksThatDoNotFit() {
        assertRefused(
                as(Task.MULTI_LABEL),
                "one label per volume; --task multi-label expects",
                longs(0, 1),
                longs(1),
                longs(0));
        assertRefused(
                as(Task.BINARY),
                "has 3 classes [0, 1, 2]; --task binary expects two",
                longs(0, 1, 2),
                longs(1),
                longs(0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"<U9; text", "|S5; text", "|O; Python objects"})
    void namesTextLabels(String type, String what) {
        assertThatThrownBy(() -> NpyType.parse(type, "own.npz (train_labels)"))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("element type '" + type + "' is not supported")
                .hasMessageContaining(what)
                .hasMessageContaining("return_inverse=True")
                .hasMessageContaining("--labels");
    }

    private static FileOptions names(String... names) {
        return FileOptions.named(List.of(names));
    }

    /** A split to predict may lack any class, but its labels count as those of the training did. */
    @ParameterizedTest
    @CsvSource({"1,2", "2,3", "1,3", "1,1", "2,2", "3,3"})
    void namesFromOneMakeLabelsCountFromOne(int one, int other) {
        Labels labels = read(names("1", "2", "3"), longs(one, other), longs(other), longs(one));
        assertThat(classes(labels, 0)).containsExactly(one - 1, other - 1);
        assertThat(labels.names()).containsExactly("1", "2", "3");
        assertThat(notes)
                .contains("own.npz: labels run from " + one + " to " + other + ": taken as classes " + (one - 1)
                        + " to " + (other - 1) + " " + labels.names().subList(one - 1, other));
        assertRefused(
                names("1", "2", "3"),
                "label 4 of volume 1 in train is outside the classes; expected 1 to 3, as there are 3 class names",
                longs(one, 4),
                longs(other),
                longs(one));
    }

    /** Grades 1 to 3 that were numbered from 0: a label 0 leaves no other reading. */
    @Test
    void labelZeroCountsFromZeroWhateverTheNames() {
        Labels labels = read(names("1", "2", "3"), longs(1, 2), longs(2), longs(0));
        assertThat(classes(labels, 0)).containsExactly(1, 2);
        assertThat(notes)
                .containsExactly("own.npz: there is a label 0, and the class names are [1, 2, 3]: labels are taken as "
                        + "numbers from 0, so label 0 is class '1'");
        assertRefused(
                names("1", "2", "3"),
                "label 3 of volume 0 in val is outside the classes; expected 0 to 2",
                longs(1, 2),
                longs(3),
                longs(0));
    }

    @Test
    void namesFromZeroMakeLabelsCountFromZero() {
        assertThat(classes(read(names("0", "1", "2"), longs(1, 2), longs(2), longs(1)), 0))
                .containsExactly(1, 2);
        assertThat(classes(read(names("0", "1", "2"), longs(1, 3), longs(2), longs(1)), 0))
                .as("labels from 1 to 3, which can be meant only in this way")
                .containsExactly(0, 2);
        assertRefused(
                names("0", "1", "2"),
                "label 4 of volume 1 in train is outside the classes; expected 0 to 2, as there are 3 class names",
                longs(1, 4),
                longs(2),
                longs(1));
    }
}
