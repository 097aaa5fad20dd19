package dev.voxgrad.engine.op.conv3d.cpu;

import java.util.Arrays;

/** Where a convolution's input voxels come from, and what is done to them on the way. */
@FunctionalInterface
public interface VoxelReader {
    /**
     * Writes voxels {@code first} … {@code first + count − 1}, counted in channels-last order over all samples, one
     * after the other to {@code to[at…]}, each filled up with zeros to a whole number of vectors.
     */
    void read(int first, int count, float[] to, int at);

    /** The voxels of a channels-last array as they are, {@code stride} floats each in the copy. */
    static VoxelReader of(float[] x, int channels, int stride) {
        if (channels == stride) {
            return (first, count, to, at) -> System.arraycopy(x, first * channels, to, at, count * channels);
        }
        return (first, count, to, at) -> {
            for (int v = 0; v < count; v++) {
                System.arraycopy(x, (first + v) * channels, to, at + v * stride, channels);
                Arrays.fill(to, at + v * stride + channels, at + (v + 1) * stride, 0);
            }
        };
    }
}
