package dev.voxgrad.engine.volume;

import java.util.Locale;

/**
 * Holds a volume of float32 in the heap, (C,X,Y,Z) with Z fastest, and space for intermediate results. A thread creates
 * it once and fills it with one volume after another.
 */
public final class Volume {
    private final int channels;
    private final int x;
    private final int y;
    private final int z;
    private float[] values;
    private final float[][] spare = new float[2][];

    /** Creates a volume of zeros with the given number of channels and of voxels on each axis. */
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

    /** Returns the number of channels. */
    public int channels() {
        return channels;
    }

    /** Returns the number of voxels along X, the slowest of the three axes. */
    public int x() {
        return x;
    }

    /** Returns the number of voxels along Y. */
    public int y() {
        return y;
    }

    /** Returns the number of voxels along Z, the fastest axis. */
    public int z() {
        return z;
    }

    /** Returns the number of voxels along axis 0 (X), 1 (Y) or 2 (Z). */
    public int size(int axis) {
        return switch (axis) {
            case 0 -> x;
            case 1 -> y;
            case 2 -> z;
            default -> throw new IllegalArgumentException("volume: axis is " + axis + "; expected 0, 1 or 2");
        };
    }

    /** Returns the number of voxels in one channel. */
    public int voxels() {
        return x * y * z;
    }

    /** Returns the array of values, (C,X,Y,Z); operations may replace it by another one. */
    public float[] values() {
        return values;
    }

    /** Returns one of two arrays as large as {@link #values}, for the intermediate results of an operation. */
    float[] spare(int index) {
        if (spare[index] == null) {
            spare[index] = new float[values.length];
        }
        return spare[index];
    }

    /** Exchanges the values and spare array 0. */
    void swap() {
        float[] before = values;
        values = spare(0);
        spare[0] = before;
    }

    /** Returns the smallest value of a channel. */
    float minimum(int channel) {
        return ScanCpu.minimum(values, channel * voxels(), (channel + 1) * voxels());
    }

    /**
     * Finds the first value that is NaN or infinite.
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

    /** Describes the position of an index of {@link #values}: {@code channel 0, voxel (3,0,27)}. */
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
