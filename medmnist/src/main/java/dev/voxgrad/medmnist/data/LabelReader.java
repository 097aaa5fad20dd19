package dev.voxgrad.medmnist.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpzFile;
import dev.voxgrad.medmnist.io.DataFileException;

/**
 * Decides what the label arrays of a file mean. All splits are looked at before anything is decided:
 *
 * <ul>
 * <li>(N) or (N,1) whole numbers are classes. They count from 0; if they count from 1, they are shifted, and a note
 *     says so. Names that are the numbers from 0 or from 1 decide it, unless a label rules that out.
 * <li>(N,K) zeros and ones with exactly one 1 in every row of every split are one-hot: one class per volume, and a note
 *     says so. Otherwise they are K independent yes/no labels.
 * <li>Trailing dimensions of length 1 are dropped; bool and floating-point labels with whole values are accepted.
 * </ul>
 *
 * Everything else is a {@link DataFileException} that names split, volume and value.
 */
public final class LabelReader {
    /** More classes than this are taken for labels that do not count classes. */
    private static final int MOST_CLASSES = 1000;
    /** More labels per volume than anyone has: an array of more is not worth the memory it takes. */
    private static final int MOST_LABELS = 10_000;
    /** From this share of one-hot rows on, a multi-label set is worth a note. */
    private static final double SUSPICIOUS_SHARE = 0.9;

    private final String file;
    private final List<String> splits;
    private final FileOptions options;
    private final Consumer<String> notes;
    private final List<int[][]> rows = new ArrayList<>();

    private LabelReader(String file, List<String> splits, FileOptions options, Consumer<String> notes) {
        this.file = file;
        this.splits = splits;
        this.options = options;
        this.notes = notes;
    }

    /**
     * Reads the array of a split's labels.
     *
     * @throws DataFileException if it is missing, damaged or absurdly long
     */
    public static NpyArray array(NpzFile npz, String split, int volumes) {
        return npz.read(VolumeReader.labels(split), stream -> {
            if (stream.header().count() > (long) MOST_LABELS * volumes) {
                throw new DataFileException(
                        stream.where(),
                        "found " + stream.header().count() + " numbers, expected (N), (N,1) or at most (N,"
                                + MOST_LABELS + ") labels");
            }
            return NpyArray.read(stream);
        });
    }

    /**
     * Reads the labels of all splits.
     *
     * @param file name for messages
     * @param splits names of the splits
     * @param arrays labels of each split
     * @param volumes number of volumes of each split
     * @param notes receives a line for each reading that the user should know about
     */
    public static Labels read(
            String file,
            List<String> splits,
            List<NpyArray> arrays,
            List<Integer> volumes,
            FileOptions options,
            Consumer<String> notes) {
        LabelReader reader = new LabelReader(file, splits, options, notes);
        for (int s = 0; s < splits.size(); s++) {
            reader.rows.add(reader.rows(s, arrays.get(s), volumes.get(s)));
            if (reader.columns(s) != reader.columns(0)) {
                throw reader.wrong(
                        s,
                        arrays.get(s),
                        "as many labels per volume as in " + splits.getFirst() + ", " + reader.columns(0));
            }
        }
        return reader.columns(0) == 1 ? reader.classNumbers() : reader.columns();
    }

    private int columns(int split) {
        return rows.get(split)[0].length;
    }

    private DataFileException wrong(int split, Object found, String expected) {
        return new DataFileException(file, splits.get(split) + "_labels: found " + found + ", expected " + expected);
    }

    /** Returns the values of a split, (N,K). */
    private int[][] rows(int split, NpyArray array, int volumes) {
        int[] shape = array.shape();
        int rank = shape.length;
        while (rank > 1 && shape[rank - 1] == 1) {
            rank--;
        }
        if (rank < 1 || rank > 2 || rank == 2 && shape[1] == 0) {
            throw wrong(split, array, "whole numbers as (N), (N,1), or (N,L) zeros and ones");
        }
        if (shape[0] != volumes) {
            throw new DataFileException(
                    file,
                    splits.get(split) + "_images and _labels: found " + volumes + " volumes and " + shape[0]
                            + " labels, expected as many labels as volumes");
        }
        int columns = rank == 1 ? 1 : shape[1];
        int[][] values = new int[volumes][columns];
        for (int i = 0; i < volumes; i++) {
            for (int c = 0; c < columns; c++) {
                values[i][c] = value(split, array, i, i * columns + c);
            }
        }
        return values;
    }

    private int value(int split, NpyArray array, int volume, int at) {
        if (!array.type().kind().isInteger()) {
            double value = array.getDouble(at);
            if (Double.isNaN(value)) {
                throw wrong(split, "NaN for volume " + volume, "a class number: leave out volumes without a label");
            }
            if (value != Math.rint(value)) {
                throw wrong(
                        split,
                        value + " for volume " + volume,
                        "whole numbers that count classes from 0; values "
                                + "of a regression or probabilities cannot be trained on: round or bin them to classes first");
            }
            if (Math.abs(value) > Integer.MAX_VALUE) {
                throw tooLarge(split, volume, null);
            }
            return (int) value;
        }
        try {
            return Math.toIntExact(array.getLong(at));
        } catch (ArithmeticException e) {
            throw tooLarge(split, volume, e);
        }
    }

    private DataFileException tooLarge(int split, int volume, @Nullable Exception cause) {
        return new DataFileException(
                file,
                splits.get(split) + "_labels holds a number beyond 32 bits for volume " + volume
                        + "; expected class numbers from 0. Renumber the labels",
                cause);
    }

    /** Returns labels that are class numbers, from 0 or from 1. */
    private Labels classNumbers() {
        if (options.task().equals(Optional.of(Task.MULTI_LABEL))) {
            throw new DataFileException(
                    file,
                    "has one label per volume; --task multi-label expects labels as (N,L) "
                            + "zeros and ones with L of at least 2");
        }
        int least =
                rows.stream().flatMap(Stream::of).mapToInt(row -> row[0]).min().orElseThrow();
        int most =
                rows.stream().flatMap(Stream::of).mapToInt(row -> row[0]).max().orElseThrow();
        int named = options.labelNames().size();
        if (least < 0) {
            requireRange(
                    0,
                    Math.max(named > 0 ? named - 1 : most, 1),
                    ". Leave out volumes without a label, and let classes count from 0");
        }
        if (most >= MOST_CLASSES) {
            throw new DataFileException(
                    file,
                    "has label " + most + "; expected labels that count classes from 0, at most " + (MOST_CLASSES - 1)
                            + ". Renumber them");
        }
        int first = first(least, most);
        if (named > most + 1 - first) {
            notes.accept(file + ": there are " + named + " class names, but labels run from " + least + " to " + most
                    + ": no volume has class " + (named - 1) + " ("
                    + options.labelNames().getLast() + ")");
        } else if (named > 0) {
            requireRange(first, first + named - 1, ", as there are " + named + " class names " + options.labelNames());
        }
        if (least > 0 && first == 0 && named > 0) {
            notes.accept(file + ": labels run from " + least + " to " + most + ", and there are " + named
                    + " class names: taken as numbers from 0, so no volume has class 0 ("
                    + options.labelNames().getFirst() + ")");
        } else if (least == 0 && NameList.areNumbersFrom(1, options.labelNames())) {
            notes.accept(file + ": there is a label 0, and the class names are " + options.labelNames()
                    + ": labels are taken as numbers from 0, so label 0 is class '1'");
        }
        List<String> names = named > 0
                ? options.labelNames()
                : IntStream.rangeClosed(first, most).mapToObj(String::valueOf).toList();
        requireClasses(names);
        if (first == 1) {
            notes.accept(file + ": labels run from " + least + " to " + most + ": taken as classes " + (least - 1)
                    + " to " + (most - 1) + " " + names.subList(least - 1, most));
            rows.forEach(split -> Stream.of(split).forEach(row -> row[0]--));
        }
        return new Labels(taskOf(names), names, rows);
    }

    /** Returns the label of the first class, 0 or 1. Names that are numbers say which, if a label is missing. */
    private int first(int least, int most) {
        List<String> names = options.labelNames();
        if (least <= 0 || (most < names.size() && NameList.areNumbersFrom(0, names))) {
            return 0;
        }
        if (NameList.areNumbersFrom(1, names)) {
            return 1;
        }
        boolean shifted = least < most && (names.isEmpty() || names.size() == most - least + 1);
        if (shifted && least > 1) {
            throw new DataFileException(
                    file, "has labels from " + least + " to " + most + "; they must start at 0: subtract " + least);
        }
        return shifted ? 1 : 0;
    }

    /** Throws for the first label outside {@code first} to {@code last}. */
    private void requireRange(int first, int last, String why) {
        for (int s = 0; s < rows.size(); s++) {
            for (int i = 0; i < rows.get(s).length; i++) {
                int label = rows.get(s)[i][0];
                if (label < first || label > last) {
                    throw new DataFileException(
                            file,
                            "label " + label + " of volume " + i + " in " + splits.get(s)
                                    + " is outside the classes; expected " + first + " to " + last + why);
                }
            }
        }
    }

    /** Reads (N,K) zeros and ones: one-hot classes, or independent labels. */
    private Labels columns() {
        int columns = columns(0);
        if (columns > MOST_CLASSES) {
            throw new DataFileException(
                    file,
                    "has " + columns + " labels per volume; expected at most " + MOST_CLASSES
                            + ", as (N,L) with volumes first");
        }
        List<String> names = options.labelNames().isEmpty()
                ? IntStream.range(0, columns).mapToObj(String::valueOf).toList()
                : options.labelNames();
        requireZerosAndOnes();
        Optional<String> exception = notOneHot();
        boolean multiLabel = options.task().map(Task.MULTI_LABEL::equals).orElse(exception.isPresent());
        if (!multiLabel && exception.isPresent()) {
            throw new DataFileException(
                    file,
                    "has several labels per volume: " + exception.get() + "; expected one "
                            + "class per volume, so exactly one 1 in each row");
        }
        if (names.size() != columns) {
            throw new DataFileException(
                    file,
                    "has " + columns + " labels per volume; expected " + names.size() + ", as there are the names "
                            + names);
        }
        if (multiLabel) {
            if (options.task().isEmpty() && shareOneHot() >= SUSPICIOUS_SHARE) {
                notes.accept(file + ": labels are almost one-hot, but " + exception.orElseThrow() + ": taken as "
                        + columns + " independent yes/no labels. If there is one class per volume, fix these rows");
            }
            return new Labels(Task.MULTI_LABEL, names, rows);
        }
        if (options.task().isEmpty()) {
            notes.accept(String.format(
                    Locale.ROOT,
                    "%s: labels are one-hot, (N,%d) with exactly one 1 in each row: "
                            + "taken as one of %d classes per volume. If they are independent yes/no labels, pass "
                            + "--task multi-label",
                    file,
                    columns,
                    columns));
        }
        List<int[][]> classes = rows.stream()
                .map(split -> Arrays.stream(split)
                        .map(row -> new int[] {
                            IntStream.range(0, columns)
                                    .filter(c -> row[c] == 1)
                                    .findFirst()
                                    .orElseThrow()
                        })
                        .toArray(int[][]::new))
                .toList();
        return new Labels(taskOf(names), names, classes);
    }

    private void requireZerosAndOnes() {
        for (int s = 0; s < rows.size(); s++) {
            for (int i = 0; i < rows.get(s).length; i++) {
                for (int c = 0; c < columns(s); c++) {
                    int value = rows.get(s)[i][c];
                    if (value != 0 && value != 1) {
                        throw new DataFileException(
                                file,
                                "label " + c + " of volume " + i + " in " + splits.get(s) + " is " + value
                                        + "; expected 0 or 1, as there are several labels per volume");
                    }
                }
            }
        }
    }

    /** Describes the first row without exactly one 1. */
    private Optional<String> notOneHot() {
        for (int s = 0; s < rows.size(); s++) {
            for (int i = 0; i < rows.get(s).length; i++) {
                int ones = Arrays.stream(rows.get(s)[i]).sum();
                if (ones != 1) {
                    return Optional.of("volume " + i + " in " + splits.get(s) + " has " + ones + " of them");
                }
            }
        }
        return Optional.empty();
    }

    private double shareOneHot() {
        return rows.stream()
                .flatMap(Stream::of)
                .mapToInt(row -> Arrays.stream(row).sum() == 1 ? 1 : 0)
                .average()
                .orElseThrow();
    }

    private void requireClasses(List<String> names) {
        if (names.size() < 2) {
            throw new DataFileException(file, "has the class " + names + " only; expected at least two");
        }
    }

    private Task taskOf(List<String> names) {
        if (options.task().equals(Optional.of(Task.BINARY)) && names.size() != 2) {
            throw new DataFileException(
                    file, "has " + names.size() + " classes " + names + "; --task binary expects two");
        }
        return names.size() == 2 ? Task.BINARY : Task.MULTI_CLASS;
    }
}
