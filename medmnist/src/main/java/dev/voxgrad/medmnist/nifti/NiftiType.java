package dev.voxgrad.medmnist.nifti;

import java.nio.ByteBuffer;
import java.util.Arrays;

import dev.voxgrad.medmnist.io.DataFileException;

/**
 * Lists the types of a scan's voxels. Colours have three or four components of unsigned bytes for each voxel, which
 * are read as channels. Source: the {@code datatype} codes of {@code nifti1.h}.
 */
public enum NiftiType {
    UINT8(2, 1),
    INT16(4, 2),
    INT32(8, 4),
    FLOAT32(16, 4),
    FLOAT64(64, 8),
    RGB24(128, 1),
    INT8(256, 1),
    UINT16(512, 2),
    UINT32(768, 4),
    INT64(1024, 8),
    UINT64(1280, 8),
    RGBA32(2304, 1);

    private final int code;
    private final int bytes;

    NiftiType(int code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    /**
     * Returns the type with that code.
     *
     * @param where the file, for the message
     * @throws DataFileException if the code is unknown, or its numbers cannot be read; the message says what to do
     */
    static NiftiType of(int code, String where) {
        return Arrays.stream(values())
                .filter(type -> type.code == code)
                .findFirst()
                .orElseThrow(() -> new DataFileException(where, "has voxels of type " + code + ", " + problem(code)));
    }

    private static String problem(int code) {
        return switch (code) {
            case 1 -> "single bits. Convert it to unsigned bytes";
            case 32, 1792, 2048 -> "complex numbers. Save their magnitude, numpy.abs(a), as float32";
            case 1536 -> "floats of 128 bits, whose layout differs between machines. Save them as float64";
            default ->
                "which NIfTI does not define; expected integers of 8 to 64 bits, float32, float64, RGB or RGBA. The "
                        + "file is damaged; write it again";
        };
    }

    /** Returns the code that stands in a header. */
    int code() {
        return code;
    }

    /** Returns the bytes of one number. */
    public int bytes() {
        return bytes;
    }

    /** Returns the numbers of one voxel: 3 for RGB, 4 for RGBA, otherwise 1. */
    public int components() {
        return this == RGB24 ? 3 : this == RGBA32 ? 4 : 1;
    }

    public boolean isInteger() {
        return this != FLOAT32 && this != FLOAT64;
    }

    /** Returns the smallest number of an integer type. */
    public double least() {
        return switch (this) {
            case INT8, INT16, INT32, INT64 -> -Math.scalb(1.0, 8 * bytes - 1);
            default -> 0;
        };
    }

    /** Returns the greatest number of an integer type; rounded up to a power of two for 64 bits. */
    public double greatest() {
        return Math.scalb(1.0, least() < 0 ? 8 * bytes - 1 : 8 * bytes) - 1;
    }

    /** Returns number {@code i} of {@code view}, whose byte order is set; integers of 64 bits are rounded. */
    double decode(ByteBuffer view, int i) {
        return switch (this) {
            case UINT8, RGB24, RGBA32 -> view.get(i) & 0xFF;
            case INT8 -> view.get(i);
            case INT16 -> view.getShort(2 * i);
            case UINT16 -> view.getShort(2 * i) & 0xFFFF;
            case INT32 -> view.getInt(4 * i);
            case UINT32 -> view.getInt(4 * i) & 0xFFFFFFFFL;
            case INT64 -> view.getLong(8 * i);
            case UINT64 -> unsigned(view.getLong(8 * i));
            case FLOAT32 -> view.getFloat(4 * i);
            case FLOAT64 -> view.getDouble(8 * i);
        };
    }

    /** Rounds an unsigned integer to the nearest double; the lowest bit survives the shift, so that ties stay ties. */
    private static double unsigned(long value) {
        return value >= 0 ? value : 2.0 * (value >>> 1 | value & 1);
    }
}
