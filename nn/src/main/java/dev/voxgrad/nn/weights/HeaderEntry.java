package dev.voxgrad.nn.weights;

import java.math.BigInteger;
import java.util.List;

import dev.voxgrad.engine.Shape;

/**
 * Describes one tensor of a safetensors file.
 *
 * @param name under which it was saved
 * @param dtype the name of its number format, which need not be one of {@link DType}
 * @param sizes of its dimensions, each at least 0, as the file states them
 * @param begin where its bytes start, counted from the start of the data
 * @param end where they end
 */
record HeaderEntry(String name, String dtype, List<Long> sizes, long begin, long end) {
    /** The longest array that every Java virtual machine allows. */
    private static final long MOST_ELEMENTS = Integer.MAX_VALUE - 8;

    /** Returns the product of all sizes, which may be of any magnitude. */
    private BigInteger elements() {
        return sizes.stream().map(BigInteger::valueOf).reduce(BigInteger.ONE, BigInteger::multiply);
    }

    /** Returns how many bytes the tensor needs; only for formats that are known. */
    BigInteger neededBytes() {
        return elements()
                .multiply(BigInteger.valueOf(bitsPerNumber()))
                .add(BigInteger.valueOf(7))
                .shiftRight(3);
    }

    /** Returns whether the tensor has the bytes that its type and shape need, as far as the type is known. */
    boolean hasRightSize() {
        return bitsPerNumber() == 0 || neededBytes().equals(BigInteger.valueOf(end - begin));
    }

    /** Returns the bits of a number in any format that safetensors has had so far; 0 for a format that is unknown. */
    private int bitsPerNumber() {
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

    /** Returns the number format, or null if it is none that can be read. */
    DType type() {
        return DType.named(dtype);
    }

    /** Returns why the tensor can't be read, as the end of a sentence about it; null if it can be. */
    String unreadable() {
        if (type() == null) {
            return "has dtype " + dtype + ", which is not read; save it as one of " + DType.names();
        }
        if (elements().bitLength() > 31
                || elements().longValue() > MOST_ELEMENTS
                || sizes.stream().anyMatch(size -> size > Integer.MAX_VALUE)) {
            return "has shape " + sizes + ", which is too large: at most 2^31-9 numbers can be read";
        }
        if (memory() > Runtime.getRuntime().maxMemory()) {
            return "takes " + (memory() >> 20) + " MB, but Java may use "
                    + (Runtime.getRuntime().maxMemory() >> 20) + " MB; give it more with -Xmx";
        }
        return null;
    }

    /** Returns the bytes of memory that its numbers take once they are read. */
    long memory() {
        return elements().longValue() * (type().isInteger() ? Long.BYTES : Float.BYTES);
    }

    /** Returns the shape of a tensor that can be read. */
    Shape shape() {
        return Shape.allowingZero(sizes.stream().mapToInt(Math::toIntExact).toArray());
    }
}
