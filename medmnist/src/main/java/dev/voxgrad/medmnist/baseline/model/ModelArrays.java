package dev.voxgrad.medmnist.baseline.model;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpyStream;
import dev.voxgrad.medmnist.data.npz.NpyType;
import dev.voxgrad.medmnist.data.npz.NpzFile;
import dev.voxgrad.medmnist.io.DataFileException;

/**
 * Reads the arrays of a fitted model from a {@code .npz} file. Nothing in it is trusted: an array is read only if its
 * header states the expected type and shape, and all numbers must be finite and in range.
 */
public final class ModelArrays {
    /** The most elements of an array whose length only the file knows. */
    static final int MOST_ELEMENTS = 1 << 26;

    private final NpzFile file;
    private final String prefix;
    private final String where;

    private ModelArrays(NpzFile file, String prefix, String where) {
        this.file = file;
        this.prefix = prefix;
        this.where = where;
    }

    /**
     * Reads from an open file.
     *
     * @param where the file, for messages
     */
    public static ModelArrays of(NpzFile file, String where) {
        return new ModelArrays(file, "", where);
    }

    /** Returns the arrays of a part, which {@link Writer#part} wrote. */
    ModelArrays part(String name) {
        return new ModelArrays(file, prefix + name + ".", where);
    }

    /** Collects the arrays of a model. */
    public static final class Writer {
        private final SequencedMap<String, NpyArray> arrays;
        private final String prefix;

        private Writer(SequencedMap<String, NpyArray> arrays, String prefix) {
            this.arrays = arrays;
            this.prefix = prefix;
        }

        /** Creates a writer without arrays. */
        public Writer() {
            this(new LinkedHashMap<>(), "");
        }

        /** Returns a writer of the arrays of a part of the model. */
        Writer part(String name) {
            return new Writer(arrays, prefix + name + ".");
        }

        /** Adds numbers, (N). */
        void vector(String name, double[] values) {
            arrays.put(prefix + name, NpyArray.ofDoubles(values, values.length));
        }

        /** Adds rows of numbers, (N, M). */
        void matrix(String name, double[][] rows) {
            arrays.put(prefix + name, NpyArray.ofRows(rows));
        }

        /** Adds whole numbers, (N). */
        void integers(String name, int[] values) {
            arrays.put(
                    prefix + name,
                    NpyArray.ofLongs(Arrays.stream(values).asLongStream().toArray(), values.length));
        }

        /** Returns all arrays, in the order in which they were added. */
        public SequencedMap<String, NpyArray> arrays() {
            return arrays;
        }
    }

    /** Returns numbers, (length). */
    double[] vector(String name, int length) {
        return finite(name, read(name, NpyType.Kind.F8, length)).toDoubles();
    }

    /** Returns rows of numbers, (rows, columns). */
    double[][] matrix(String name, int rows, int columns) {
        return finite(name, read(name, NpyType.Kind.F8, rows, columns)).toRows();
    }

    /** Returns rows of numbers, as many as the file has. */
    double[][] rows(String name, int columns) {
        return finite(name, read(name, NpyType.Kind.F8, -1, columns)).toRows();
    }

    /** Returns whole numbers, (length), or as many as the file has if that is negative; each from least to most. */
    int[] integers(String name, int length, int least, int most) {
        NpyArray array = read(name, NpyType.Kind.I8, length);
        int[] values = new int[array.count()];
        for (int i = 0; i < values.length; i++) {
            long value = array.getLong(i);
            require(value >= least && value <= most, name, "has " + value + " at " + i + ", outside its range");
            values[i] = (int) value;
        }
        return values;
    }

    /** Throws unless a condition is met, with the problem of an array. */
    void require(boolean met, String name, String problem) {
        if (!met) {
            throw new DataFileException(
                    where, "is damaged: the array " + prefix + name + " " + problem + ". Fetch or write it again");
        }
    }

    private NpyArray read(String name, NpyType.Kind kind, int... shape) {
        return file.read(prefix + name, stream -> checked(name, stream, kind, shape));
    }

    private NpyArray checked(String name, NpyStream stream, NpyType.Kind kind, int[] expected) throws IOException {
        int[] found = stream.header().shape();
        boolean fits = found.length == expected.length
                && stream.header().type().kind() == kind
                && stream.header().count() <= MOST_ELEMENTS;
        for (int d = 0; fits && d < found.length; d++) {
            fits = expected[d] < 0 || found[d] == expected[d];
        }
        require(
                fits,
                name,
                "is " + stream.header().type() + Arrays.toString(found) + "; expected " + kind.longName() + " of "
                        + Arrays.toString(expected).replace("-1", "any"));
        return NpyArray.read(stream);
    }

    private NpyArray finite(String name, NpyArray array) {
        for (int i = 0; i < array.count(); i++) {
            require(Double.isFinite(array.getDouble(i)), name, "has a value that is not finite");
        }
        return array;
    }
}
