package dev.voxgrad.medmnist.data.npz;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

import dev.voxgrad.medmnist.io.DataFileException;

/**
 * An array as NumPy stores it in a {@code .npy} file: a shape, an element type, and the elements in C order
 * (the last index runs fastest; Fortran-ordered files are reordered on reading).
 */
public final class NpyArray {
    private final NpyType type;
    private final int[] shape;
    private final byte[] bytes;
    private final ByteBuffer view;

    private NpyArray(NpyType type, int[] shape, byte[] bytes) {
        this.type = type;
        this.shape = shape;
        this.bytes = bytes;
        this.view = ByteBuffer.wrap(bytes).order(type.order());
    }

    /** Returns a uint8 array of that shape over {@code values} (not copied). */
    public static NpyArray ofBytes(byte[] values, int... shape) {
        return new NpyArray(NpyType.UINT8, checked(shape, values.length), values);
    }

    /** Returns an int64 array of that shape. */
    public static NpyArray ofLongs(long[] values, int... shape) {
        NpyArray array = new NpyArray(NpyType.INT64, checked(shape, values.length), new byte[8 * values.length]);
        array.view.asLongBuffer().put(values);
        return array;
    }

    /** Returns a float32 array of that shape. */
    public static NpyArray ofFloats(float[] values, int... shape) {
        NpyArray array = new NpyArray(NpyType.FLOAT32, checked(shape, values.length), new byte[4 * values.length]);
        array.view.asFloatBuffer().put(values);
        return array;
    }

    /** Returns a float64 array of that shape. */
    public static NpyArray ofDoubles(double[] values, int... shape) {
        NpyArray array = new NpyArray(NpyType.FLOAT64, checked(shape, values.length), new byte[8 * values.length]);
        array.view.asDoubleBuffer().put(values);
        return array;
    }

    /** Returns a float64 array of rows of the same length, (rows, columns). */
    public static NpyArray ofRows(double[][] rows) {
        double[] values = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
        return ofDoubles(values, rows.length, rows.length == 0 ? 0 : rows[0].length);
    }

    private static int[] checked(int[] shape, int count) {
        long product = 1;
        for (int length : shape) {
            product = Math.multiplyExact(product, length);
        }
        if (product != count) {
            throw new IllegalArgumentException(
                    "array: shape " + Arrays.toString(shape) + " does not hold " + count + " values");
        }
        return shape.clone();
    }

    /** Reads a {@code .npy} file; anything wrong with it is a {@link DataFileException}. */
    public static NpyArray read(Path file) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return read(in, Files.size(file), file.toString());
        } catch (NoSuchFileException e) {
            throw new DataFileException(file.toString(), "no such file", e);
        } catch (IOException e) {
            throw new DataFileException(file.toString(), "cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Reads an array that takes up exactly {@code size} bytes of the stream. Nothing is allocated before the
     * header's shape has been found to fit that size.
     */
    public static NpyArray read(InputStream in, long size, String where) throws IOException {
        return read(NpyStream.open(in, size, where));
    }

    /** Reads all elements of a stream. */
    public static NpyArray read(NpyStream stream) throws IOException {
        NpyHeader header = stream.header();
        int elementBytes = header.type().kind().bytes();
        long length = header.count() * elementBytes;
        if (length > Integer.MAX_VALUE - 8) {
            throw new DataFileException(
                    stream.where(),
                    "shape " + Arrays.toString(header.shape()) + " of " + header.type() + " takes " + length
                            + " bytes; expected at most " + (Integer.MAX_VALUE - 8));
        }
        byte[] bytes = new byte[(int) length];
        stream.read(bytes, 0, (int) header.count());
        stream.requireEnd();
        if (header.fortranOrder() && header.shape().length > 1) {
            bytes = toRowMajor(bytes, header.shape(), elementBytes);
        }
        return new NpyArray(header.type(), header.shape(), bytes);
    }

    /** Reorders elements from first-index-fastest to last-index-fastest. */
    private static byte[] toRowMajor(byte[] columnMajor, int[] shape, int elementBytes) {
        byte[] rowMajor = new byte[columnMajor.length];
        ElementOrder order = ElementOrder.fortran(shape);
        for (int from = 0; from < columnMajor.length; from += elementBytes) {
            System.arraycopy(columnMajor, from, rowMajor, (int) order.next() * elementBytes, elementBytes);
        }
        return rowMajor;
    }

    /** Returns the whole {@code .npy} file: header (version 1.0) and data. */
    public byte[] encode() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + 128);
        out.writeBytes(NpyHeader.write(type, shape));
        out.writeBytes(bytes);
        return out.toByteArray();
    }

    public NpyType type() {
        return type;
    }

    /** Lengths of the dimensions (a copy); empty for a scalar. */
    public int[] shape() {
        return shape.clone();
    }

    /** Returns the number of elements. */
    public int count() {
        return bytes.length / type.kind().bytes();
    }

    /** Returns the raw bytes of a uint8 array in C order, not copied. */
    public byte[] bytes() {
        if (type.kind() != NpyType.Kind.U1) {
            throw new IllegalStateException("array: raw bytes are for uint8, this is " + type);
        }
        return bytes;
    }

    /** Returns element {@code i} in C order as a double; 64-bit integers are rounded. */
    public double getDouble(int i) {
        return NpyStream.decode(view, type.kind(), i);
    }

    /**
     * Element {@code i} in C order of an integer (or boolean) array.
     *
     * @throws ArithmeticException if a uint64 value exceeds {@link Long#MAX_VALUE}
     */
    public long getLong(int i) {
        long value = NpyStream.decodeInteger(view, type.kind(), i);
        if (value < 0 && type.kind() == NpyType.Kind.U8) {
            throw new ArithmeticException("uint64 value " + Long.toUnsignedString(value) + " is too large");
        }
        return value;
    }

    /** Returns all elements in C order as float32. */
    public float[] toFloats() {
        float[] values = new float[count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) getDouble(i);
        }
        return values;
    }

    /** Returns all elements in C order as float64. */
    public double[] toDoubles() {
        double[] values = new double[count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = getDouble(i);
        }
        return values;
    }

    /** Returns the rows of an array of two dimensions as float64. */
    public double[][] toRows() {
        double[][] rows = new double[shape[0]][shape[1]];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < shape[1]; j++) {
                rows[i][j] = getDouble(i * shape[1] + j);
            }
        }
        return rows;
    }

    /**
     * All elements in C order of an integer array.
     *
     * @throws ArithmeticException if a value does not fit an int
     */
    public int[] toInts() {
        int[] values = new int[count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.toIntExact(getLong(i));
        }
        return values;
    }

    @Override
    public String toString() {
        return type + Arrays.toString(shape);
    }
}
