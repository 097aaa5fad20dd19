package dev.voxgrad.engine.op.conv3d.cpu;

import java.util.Arrays;

/**
 * Reads the voxels of a channels-last array as they are. An algorithm that can work on the array itself need not copy
 * them.
 *
 * @param values the array, whose voxels follow one another without padding
 * @param channels the number of channels
 * @param stride floats for each voxel that {@link #read} writes
 */
public record VoxelArray(float[] values, int channels, int stride) implements VoxelReader {
    @Override
    public void read(int first, int count, float[] to, int at) {
        if (channels == stride) {
            System.arraycopy(values, first * channels, to, at, count * channels);
            return;
        }
        for (int v = 0; v < count; v++) {
            System.arraycopy(values, (first + v) * channels, to, at + v * stride, channels);
            Arrays.fill(to, at + v * stride + channels, at + (v + 1) * stride, 0);
        }
    }
}
