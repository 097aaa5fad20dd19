package dev.voxgrad.nn.weights.torch;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/** Lists the number formats of PyTorch's storages. */
enum StorageType {
    DOUBLE("DoubleStorage", "float64", 8),
    FLOAT("FloatStorage", "float32", 4),
    HALF("HalfStorage", "float16", 2),
    BFLOAT16("BFloat16Storage", "bfloat16", 2),
    LONG("LongStorage", "int64", 8),
    INT("IntStorage", "int32", 4),
    SHORT("ShortStorage", "int16", 2),
    CHAR("CharStorage", "int8", 1),
    BYTE("ByteStorage", "uint8", 1),
    BOOL("BoolStorage", "bool", 1),
    COMPLEX_FLOAT("ComplexFloatStorage", "complex64", 8),
    COMPLEX_DOUBLE("ComplexDoubleStorage", "complex128", 16);

    /** The name of the storage's class in the module {@code torch}. */
    final String className;

    final String dtype;
    final int bytes;

    StorageType(String className, String dtype, int bytes) {
        this.className = className;
        this.dtype = dtype;
        this.bytes = bytes;
    }

    /** Returns the format of the storages of this class, or null if there is none. */
    static @Nullable StorageType ofClass(String name) {
        return Arrays.stream(values())
                .filter(type -> type.className.equals(name))
                .findFirst()
                .orElse(null);
    }

    /** Returns the formats that can be read, for messages. */
    static String readable() {
        return Arrays.stream(values())
                .filter(type -> !type.isComplex())
                .map(type -> type.dtype)
                .collect(Collectors.joining(", "));
    }

    boolean isComplex() {
        return this == COMPLEX_FLOAT || this == COMPLEX_DOUBLE;
    }

    boolean isFloat() {
        return ordinal() <= BFLOAT16.ordinal();
    }

    /** Returns element {@code i} of a floating-point format, rounded to float32. */
    float getFloat(ByteBuffer values, int i) {
        return switch (this) {
            case DOUBLE -> (float) values.getDouble(8 * i);
            case FLOAT -> values.getFloat(4 * i);
            case HALF -> Float.float16ToFloat(values.getShort(2 * i));
            case BFLOAT16 -> Float.intBitsToFloat(values.getShort(2 * i) << 16);
            default -> throw new IllegalArgumentException(dtype + " is no floating-point format");
        };
    }

    /** Returns element {@code i} of an integer format. */
    long getLong(ByteBuffer values, int i) {
        return switch (this) {
            case LONG -> values.getLong(8 * i);
            case INT -> values.getInt(4 * i);
            case SHORT -> values.getShort(2 * i);
            case CHAR -> values.get(i);
            case BYTE -> values.get(i) & 0xFF;
            case BOOL -> values.get(i) == 0 ? 0 : 1;
            default -> throw new IllegalArgumentException(dtype + " is no integer format");
        };
    }
}
