package dev.voxgrad.engine.volume;

import java.util.Locale;

/**
 * A volume of float32 in the heap, (C,X,Y,Z) with Z fastest, and room for intermediate results. It is made once and
 * filled with one volume after another, by one thread.
 */
public final class Volume {
    private final int channels;
    private final int x;
    private final int y;
    private final int z;
    private float[] values;
    private final float[][] spare = new float[2][];

    /** A volume of zeros, with that many channels and voxels on each axis. */
    public Volume(int channels, int x, int y, int z) {
        if (channels < 1 || x < 1 || y < 1 || z < 1) {
            throw new IllegalArgumentException("volume: expected at least one channel and one voxel on each axis, was "
                    + shape(channels, x, y, z));
        }
        this.channels = channels;
        this.x = x;
        this.y = y;
        this.z = z;
        this.values = new float[Math.multiplyExact(channels, Math.multiplyExact(x, Math.multiplyExact(y, z)))];
    }

    public int channels() {
        return channels;
    }

    /** Voxels along X, the slowest of the three axes. */
    public int x() {
        return x;
    }

    /** Voxels along Y. */
    public int y() {
        return y;
    }

    /** Voxels along Z, the fastest axis. */
    public int z() {
        return z;
    }

    /** Voxels along axis 0 (X), 1 (Y) or 2 (Z). */
    public int size(int axis) {
        return switch (axis) {
            case 0 -> x;
            case 1 -> y;
            case 2 -> z;
            default -> throw new IllegalArgumentException("volume: axis is " + axis + "; expected 0, 1 or 2");
        };
    }

    /** Voxels of one channel. */
    public int voxels() {
        return x * y * z;
    }

    /** The numbers themselves, (C,X,Y,Z); another array after {@link #swap}. */
    public float[] values() {
        return values;
    }

    /** One of two arrays as large as {@link #values}, for whatever an operation needs to note down. */
    float[] spare(int index) {
        if (spare[index] == null) {
            spare[index] = new float[values.length];
        }
        return spare[index];
    }

    /** Makes spare array 0 the values, and the values spare. */
    void swap() {
        float[] before = values;
        values = spare(0);
        spare[0] = before;
    }

    /** The smallest number of a channel. */
    float minimum(int channel) {
        return ScanCpu.minimum(values, channel * voxels(), (channel + 1) * voxels());
    }

    /**
     * The first number that is NaN or infinite.
     *
     * @return its index in {@link #values}, or −1
     */
    public int firstNotFinite() {
        if (ScanCpu.allFinite(values)) {
            return -1;
        }
        int i = 0;
        while (Float.isFinite(values[i])) {
            i++;
        }
        return i;
    }

    /** Where an index of {@link #values} is, in words: {@code channel 0, voxel (3,0,27)}. */
    public String position(int index) {
        return String.format(
                Locale.ROOT,
                "channel %d, voxel (%d,%d,%d)",
                index / voxels(),
                index / (y * z) % x,
                index / z % y,
                index % z);
    }

    @Override
    public String toString() {
        return shape(channels, x, y, z);
    }

    private static String shape(int channels, int x, int y, int z) {
        return "[" + channels + "," + x + "," + y + "," + z + "]";
    }
}
