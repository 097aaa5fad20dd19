package dev.voxgrad.medmnist.data;

import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The element type of an array: kind, bytes per element and byte order, written by NumPy as {@code <i4}.
 *
 * @param kind what the bytes mean
 * @param order byte order; little-endian where an element is one byte
 */
public record NpyType(Kind kind, ByteOrder order) {
    public static final NpyType UINT8 = new NpyType(Kind.U1, ByteOrder.LITTLE_ENDIAN);
    public static final NpyType INT64 = new NpyType(Kind.I8, ByteOrder.LITTLE_ENDIAN);
    public static final NpyType FLOAT32 = new NpyType(Kind.F4, ByteOrder.LITTLE_ENDIAN);
    public static final NpyType FLOAT64 = new NpyType(Kind.F8, ByteOrder.LITTLE_ENDIAN);

    /** Kinds of elements, named by NumPy's letter and the number of bytes. */
    public enum Kind {
        B1, U1, I1, U2, I2, U4, I4, U8, I8, F4, F8;

        /** Bytes per element. */
        public int bytes() {
            return name().charAt(1) - '0';
        }

        public boolean isInteger() {
            return this != F4 && this != F8;
        }

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Reads a type such as {@code <i4}, {@code >f8} or {@code |u1}; anything else is a {@link DataFileException}. */
    static NpyType parse(String text, String where) {
        String code = text.isEmpty() || Character.isLetter(text.charAt(0)) ? text : text.substring(1);
        char order = code.length() == text.length() ? '=' : text.charAt(0);
        Kind kind = Arrays.stream(Kind.values()).filter(k -> k.code().equals(code)).findFirst().orElse(null);
        if (kind == null || "<>|=".indexOf(order) < 0 || order == '|' && kind.bytes() > 1) {
            throw new DataFileException(where, "element type '" + text + "' is not supported; expected one of "
                    + Arrays.stream(Kind.values()).map(Kind::code).collect(Collectors.joining(", "))
                    + ". " + advice(code));
        }
        boolean big = order == '>' && kind.bytes() > 1;
        return new NpyType(kind, big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }

    private static String advice(String code) {
        if (!code.matches("[USaO]\\d*")) {
            return "Convert the array, for example with numpy's astype('uint8')";
        }
        return "It holds " + (code.startsWith("O") ? "Python objects" : "text") + "; labels must be class numbers: "
                + "names, labels = numpy.unique(labels, return_inverse=True) makes them, and --labels takes the names";
    }

    /** NumPy's notation, {@code |u1} or {@code <f4}. */
    @Override
    public String toString() {
        return (kind.bytes() == 1 ? "|" : order == ByteOrder.BIG_ENDIAN ? ">" : "<") + kind.code();
    }
}
