package dev.voxgrad.nn.weights;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/** Lists the little-endian number formats that can be read; F32 and I64 are also written. */
enum DType {
    F64(8),
    F32(4),
    F16(2),
    BF16(2),
    I64(8),
    I32(4);

    final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Returns the format with this name, or null if there is none. */
    static @Nullable DType named(String name) {
        return Arrays.stream(values())
                .filter(type -> type.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** Returns the names of all formats, for messages. */
    static String names() {
        return Arrays.stream(values()).map(DType::name).collect(Collectors.joining(", "));
    }

    boolean isInteger() {
        return this == I64 || this == I32;
    }

    /** Reads the next value of a floating-point format, rounded to float32. */
    float getFloat(ByteBuffer from) {
        return switch (this) {
            case F64 -> (float) from.getDouble();
            case F32 -> from.getFloat();
            case F16 -> Float.float16ToFloat(from.getShort());
            case BF16 -> Float.intBitsToFloat(from.getShort() << 16);
            case I64, I32 -> throw new IllegalArgumentException(this + " is an integer format");
        };
    }

    /** Reads the next value of an integer format. */
    long getLong(ByteBuffer from) {
        return switch (this) {
            case I64 -> from.getLong();
            case I32 -> from.getInt();
            case F64, F32, F16, BF16 -> throw new IllegalArgumentException(this + " is a floating-point format");
        };
    }
}
