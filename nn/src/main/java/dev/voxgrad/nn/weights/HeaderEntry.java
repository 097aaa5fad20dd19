package dev.voxgrad.nn.weights;

import java.math.BigInteger;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Shape;

/**
 * Describes one tensor of a safetensors file.
 *
 * @param name the name under which it was saved
 * @param dtype the name of its number format, which may be missing in {@link DType}
 * @param sizes the sizes of its dimensions, each at least 0, as the file states them
 * @param start the first of its bytes, counted from the start of the data
 * @param end the byte after the last of them
 */
record HeaderEntry(String name, String dtype, List<Long> sizes, long start, long end) {
    /** The longest array that every Java virtual machine allows. */
    private static final long MOST_ELEMENTS = Integer.MAX_VALUE - 8;

    /** Returns the product of all sizes, which may have any magnitude. */
    private BigInteger elements() {
        return sizes.stream().map(BigInteger::valueOf).reduce(BigInteger.ONE, BigInteger::multiply);
    }

    /** Returns the number of bytes that the tensor needs; valid only for known formats. */
    BigInteger neededBytes() {
        return elements()
                .multiply(BigInteger.valueOf(bitsPerValue()))
                .add(BigInteger.valueOf(7))
                .shiftRight(3);
    }

    /** Tests whether the tensor has as many bytes as its type and shape need; true if the type is unknown. */
    boolean hasRightSize() {
        return bitsPerValue() == 0 || neededBytes().equals(BigInteger.valueOf(end - start));
    }

    /** Returns the bits per value for all formats of safetensors so far; 0 for an unknown format. */
    private int bitsPerValue() {
        return switch (dtype) {
            case "F64", "I64", "U64", "C64" -> 64;
            case "F32", "I32", "U32" -> 32;
            case "F16", "BF16", "I16", "U16" -> 16;
            case "BOOL", "I8", "U8", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ" -> 8;
            case "F6_E2M3", "F6_E3M2" -> 6;
            case "F4" -> 4;
            default -> 0;
        };
    }

    /** Returns the number format, or null if it can't be read. */
    @Nullable
    DType type() {
        return DType.named(dtype);
    }

    /** Returns the reason why the tensor can't be read, as the end of a sentence about it; null if it can be read. */
    @Nullable
    String unreadable() {
        if (type() == null) {
            return "has dtype " + dtype + ", which can't be read; save it as one of " + DType.names();
        }
        if (elements().bitLength() > 31
                || elements().longValue() > MOST_ELEMENTS
                || sizes.stream().anyMatch(size -> size > Integer.MAX_VALUE)) {
            return "has shape " + sizes + ", which is too large: at most 2^31-9 values can be read";
        }
        if (memory() > Runtime.getRuntime().maxMemory()) {
            return "takes " + (memory() >> 20) + " MB, but Java may use "
                    + (Runtime.getRuntime().maxMemory() >> 20) + " MB; give it more with -Xmx";
        }
        return null;
    }

    /** Returns the bytes of memory that its values take once they are read. */
    long memory() {
        return elements().longValue() * (readableType().isInteger() ? Long.BYTES : Float.BYTES);
    }

    /** Returns the number format of a tensor that can be read. */
    DType readableType() {
        return Objects.requireNonNull(type(), dtype);
    }

    /** Returns the shape of a tensor that can be read. */
    Shape shape() {
        return Shape.allowingZero(sizes.stream().mapToInt(Math::toIntExact).toArray());
    }
}
