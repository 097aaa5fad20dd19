package dev.voxgrad.medmnist.data.npz;

import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;

import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.FileKind;

/**
 * The element type of an array: kind, bytes per element and byte order, written by NumPy as {@code <i4}.
 *
 * @param kind what the bytes mean
 * @param order byte order; little-endian where an element is one byte
 */
public record NpyType(Kind kind, ByteOrder order) {
    public static final NpyType UINT8 = new NpyType(Kind.U1, ByteOrder.LITTLE_ENDIAN);
    public static final NpyType INT16 = new NpyType(Kind.I2, ByteOrder.LITTLE_ENDIAN);
    public static final NpyType INT64 = new NpyType(Kind.I8, ByteOrder.LITTLE_ENDIAN);
    public static final NpyType FLOAT32 = new NpyType(Kind.F4, ByteOrder.LITTLE_ENDIAN);
    public static final NpyType FLOAT64 = new NpyType(Kind.F8, ByteOrder.LITTLE_ENDIAN);

    private static final String LABELS = "labels must be class numbers: names, labels = numpy.unique(labels, "
            + "return_inverse=True) makes them, and --labels takes the names";

    /** Kinds of elements, named by NumPy's letter and the number of bytes. */
    public enum Kind {
        B1,
        U1,
        I1,
        U2,
        I2,
        U4,
        I4,
        U8,
        I8,
        F2,
        F4,
        F8;

        /** Returns the bytes per element. */
        public int bytes() {
            return name().charAt(1) - '0';
        }

        public boolean isInteger() {
            return name().charAt(0) != 'F';
        }

        /** Returns NumPy's long name: {@code bool}, {@code uint8}, {@code float32}. */
        public String longName() {
            return switch (name().charAt(0)) {
                case 'B' -> "bool";
                case 'U' -> "uint" + 8 * bytes();
                case 'I' -> "int" + 8 * bytes();
                default -> "float" + 8 * bytes();
            };
        }

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Reads a type such as {@code <i4}, {@code >f8} or {@code |u1}; anything else is a {@link DataFileException}. As
     * in NumPy, {@code =}, {@code |} and no sign at all mean the machine's own order, which is little-endian.
     */
    public static NpyType parse(String text, String where) {
        boolean signed = !text.isEmpty() && "<>|=".indexOf(text.charAt(0)) >= 0;
        String code = signed ? text.substring(1) : text;
        Kind kind = Arrays.stream(Kind.values())
                .filter(k -> k.code().equals(code))
                .findFirst()
                .orElse(null);
        if (kind == null) {
            throw new DataFileException(
                    where, "element type '" + FileKind.shown(text) + "' is not supported: " + unsupported(code));
        }
        boolean big = text.charAt(0) == '>' && kind.bytes() > 1;
        return new NpyType(kind, big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }

    private static String unsupported(String code) {
        return switch (code.isEmpty() ? ' ' : code.charAt(0)) {
            case 'O' ->
                "it is an array of Python objects, stored as a pickle, which runs code when it is opened. If "
                        + "its elements are volumes of one shape, save numpy.stack(list(a)) instead; " + LABELS;
            case 'c' -> "it holds complex numbers. Save their magnitude, numpy.abs(a), or another real part of them";
            case 'S', 'U', 'a' -> "it holds text; " + LABELS;
            case 'M', 'm' -> "it holds dates or spans of time. Save numbers instead";
            case 'f' -> "its numbers are longer than 64 bits. Save a.astype('float64') instead";
            default -> "expected bool, or integers or floats of 8 to 64 bits. Save it as one of these";
        };
    }

    /** Returns NumPy's notation, {@code |u1} or {@code <f4}. */
    @Override
    public String toString() {
        return (kind.bytes() == 1 ? "|" : order == ByteOrder.BIG_ENDIAN ? ">" : "<") + kind.code();
    }
}
