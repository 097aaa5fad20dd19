package dev.voxgrad.engine.op.conv3d.cpu;

import dev.voxgrad.engine.Dims3;

/** Receives the gradient of a convolution's input, and may process it on the way. */
@FunctionalInterface
public interface InputGradientWriter {
    /**
     * Receives one plane of a sample. It is called once for each plane, on any thread; all calls for one {@code task}
     * come from one thread and in order, so that sums may be kept for each task.
     *
     * @param z the index of the plane
     * @param values the plane's first voxel at {@code from}, each next row {@code row} floats further on
     */
    void write(int task, int sample, int z, float[] values, int from, int row);

    /**
     * Returns a writer that copies planes to a channels-last tensor; a voxel of {@code values} takes {@code stride}
     * floats.
     */
    static InputGradientWriter to(float[] dx, int channels, Dims3 size, int stride) {
        return (task, sample, z, values, from, row) -> {
            int to = (sample * size.d() + z) * size.h() * size.w() * channels;
            for (int y = 0; y < size.h(); y++) {
                for (int x = 0; x < size.w() && channels < stride; x++) {
                    System.arraycopy(
                            values, from + y * row + x * stride, dx, to + (y * size.w() + x) * channels, channels);
                }
                if (channels == stride) {
                    System.arraycopy(values, from + y * row, dx, to + y * size.w() * channels, size.w() * channels);
                }
            }
        };
    }

    /**
     * Returns a writer that passes planes of that size on to {@code dx} row by row, {@code stride} floats for each
     * voxel.
     */
    static InputGradientWriter rowsTo(VoxelWriter dx, Dims3 size, int stride) {
        return (task, sample, z, values, from, row) -> {
            for (int y = 0; y < size.h(); y++) {
                int voxel = ((sample * size.d() + z) * size.h() + y) * size.w();
                dx.write(task, voxel, size.w(), values, from + y * row, stride);
            }
        };
    }
}
