package dev.voxgrad.engine.op.conv3d.cpu;

import java.util.Arrays;

/** Provides a convolution's input voxels, and may process them on the way. */
@FunctionalInterface
public interface VoxelReader {
    /**
     * Writes voxels {@code first} … {@code first + count − 1}, counted in channels-last order over all samples, one
     * after the other to {@code to[at…]}, each padded with zeros to a whole number of vectors.
     */
    void read(int first, int count, float[] to, int at);

    /** Returns a reader that copies the voxels of a channels-last array as they are, to {@code stride} floats each. */
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
