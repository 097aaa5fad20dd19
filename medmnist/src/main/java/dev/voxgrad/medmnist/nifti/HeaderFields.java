package dev.voxgrad.medmnist.nifti;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import org.jspecify.annotations.Nullable;

/**
 * Finds the fields of a header, which NIfTI-1 and NIfTI-2 keep in different places and widths. Source: {@code nifti1.h}
 * and {@code nifti2.h}.
 *
 * @param version 1 or 2
 * @param bytes the header, with its byte order set
 */
record HeaderFields(int version, ByteBuffer bytes) {
    static final int SIZE_1 = 348;
    static final int SIZE_2 = 540;

    /** Returns the fields of a header that starts with its size, in either byte order; null for anything else. */
    static @Nullable HeaderFields of(byte[] head) {
        if (head.length < SIZE_1) {
            return null;
        }
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            ByteBuffer bytes = ByteBuffer.wrap(head).order(order);
            int size = bytes.getInt(0);
            if (size == SIZE_1 || size == SIZE_2 && head.length >= SIZE_2) {
                return new HeaderFields(size == SIZE_1 ? 1 : 2, bytes);
            }
        }
        return null;
    }

    /** Returns the bytes that the header takes up. */
    int size() {
        return version == 1 ? SIZE_1 : SIZE_2;
    }

    /** Returns the mark without its final NUL: {@code n+1} for one file, {@code ni1} for a pair. */
    String mark() {
        int at = version == 1 ? 344 : 4;
        StringBuilder mark = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            mark.append((char) (bytes.get(at + i) & 0xFF));
        }
        return bytes.get(at + 3) == 0 ? mark.toString() : "";
    }

    /** Returns {@code dim[i]}: the number of dimensions for 0, then their lengths. */
    long dimension(int i) {
        return version == 1 ? bytes.getShort(40 + 2 * i) : bytes.getLong(16 + 8 * i);
    }

    int typeCode() {
        return bytes.getShort(version == 1 ? 70 : 12);
    }

    /** Returns {@code pixdim[i]}: the sign qfac for 0, then the spacing of the dimensions. */
    double pixelSize(int i) {
        return version == 1 ? bytes.getFloat(76 + 4 * i) : bytes.getDouble(104 + 8 * i);
    }

    /** Returns where the voxels start in their file. */
    double offset() {
        return version == 1 ? bytes.getFloat(108) : bytes.getLong(168);
    }

    double slope() {
        return version == 1 ? bytes.getFloat(112) : bytes.getDouble(176);
    }

    double intercept() {
        return version == 1 ? bytes.getFloat(116) : bytes.getDouble(184);
    }

    int qformCode() {
        return version == 1 ? bytes.getShort(252) : bytes.getInt(344);
    }

    int sformCode() {
        return version == 1 ? bytes.getShort(254) : bytes.getInt(348);
    }

    /** Returns the quaternion's b, c and d, then the offset's x, y and z. */
    double qform(int i) {
        return version == 1 ? bytes.getFloat(256 + 4 * i) : bytes.getDouble(352 + 8 * i);
    }

    /** Returns value {@code i} of the three rows of the sform, 12 values. */
    double sform(int i) {
        return version == 1 ? bytes.getFloat(280 + 4 * i) : bytes.getDouble(400 + 8 * i);
    }
}
