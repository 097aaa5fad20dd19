package dev.voxgrad.medmnist.data;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import dev.voxgrad.medmnist.data.npz.NpyType;

/**
 * Defines how the values of volumes are kept, and what they become: numbers of a type, between 0 and 1 by a window.
 *
 * <p>Volumes are kept as the file has them, where it has bool, uint8, int16 or float32. Other integers are kept as
 * uint8 or int16 if the window is within that type's range: clamping to the range changes no result then. All others
 * are kept as the float32 that they become. So nothing is lost that the window would keep, and the same volume becomes
 * the same numbers from memory, from a mapped file and from an unpacked one.
 */
final class VoxelEncoding {
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private final NpyType type;
    private final Window window;
    /** What each byte becomes; empty for types of more bytes. */
    private final float[] ofBytes;

    private final ValueLayout.OfShort shorts;
    private final ValueLayout.OfFloat floats;

    private VoxelEncoding(NpyType type, Window window) {
        this.type = type;
        this.window = window;
        this.ofBytes = new float[type.kind().bytes() == 1 ? 256 : 0];
        for (int value = 0; value < ofBytes.length; value++) {
            ofBytes[value] = window.value(type.kind() == NpyType.Kind.B1 ? Math.min(value, 1) : value);
        }
        this.shorts = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(type.order());
        this.floats = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(type.order());
    }

    /** Returns whether values of a type are kept as they are. */
    static boolean keeps(NpyType.Kind kind) {
        return switch (kind) {
            case B1, U1, I2, F4 -> true;
            default -> false;
        };
    }

    /** Returns the encoding of values that are kept as they are in the file. */
    static VoxelEncoding asInFile(NpyType type, Window window) {
        return new VoxelEncoding(type, window);
    }

    /** Returns the smallest encoding of values of a type that loses nothing but what the window clamps or rounds. */
    static VoxelEncoding of(NpyType.Kind kind, Window window) {
        return switch (kind) {
            case B1, U1 -> new VoxelEncoding(NpyType.UINT8, window);
            case I1, I2 -> new VoxelEncoding(NpyType.INT16, window);
            case F2, F4, F8 -> becoming();
            default ->
                window.isWithin(0, 255)
                        ? new VoxelEncoding(NpyType.UINT8, window)
                        : window.isWithin(Short.MIN_VALUE, Short.MAX_VALUE)
                                ? new VoxelEncoding(NpyType.INT16, window)
                                : becoming();
        };
    }

    /** Returns the encoding of values that are kept as what they become. */
    private static VoxelEncoding becoming() {
        return new VoxelEncoding(NpyType.FLOAT32, Window.MASK);
    }

    /** Returns the number of bytes of a value. */
    int bytes() {
        return type.kind().bytes();
    }

    /**
     * Stores a value of the file.
     *
     * @param to the bytes of a volume
     * @param index of the value in it
     * @param read the window of the file's values
     */
    void encode(double value, Window read, MemorySegment to, int index) {
        switch (type.kind()) {
            case U1 -> to.set(BYTE, index, (byte) (int) Math.clamp(value, 0, 255));
            case I2 -> to.set(shorts, 2L * index, (short) Math.clamp(value, Short.MIN_VALUE, Short.MAX_VALUE));
            case F4 -> to.set(floats, 4L * index, read.value(value));
            default -> throw new IllegalStateException("voxels: " + type + " is kept as it is in the file");
        }
    }

    /** Writes what {@code count} values from {@code first} on become, from 0 to 1, to {@code out[to …]}. */
    void decode(MemorySegment from, int first, int count, float[] out, int to) {
        switch (type.kind()) {
            case B1, U1 -> {
                for (int i = 0; i < count; i++) {
                    out[to + i] = ofBytes[from.get(BYTE, first + i) & 0xFF];
                }
            }
            case I2 -> {
                for (int i = 0; i < count; i++) {
                    out[to + i] = window.value(from.get(shorts, 2L * (first + i)));
                }
            }
            case F4 -> {
                MemorySegment.copy(from, floats, 4L * first, out, to, count);
                for (int i = to; i < to + count; i++) {
                    out[i] = window.value(out[i]);
                }
            }
            default -> throw new IllegalStateException("voxels: " + type + " is not kept as it is in the file");
        }
    }
}
