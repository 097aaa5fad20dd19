package dev.voxgrad.engine.op.conv3d.cpu;

/** Receives the voxels of a convolution's output, or of its input's gradient, and may process them on the way. */
@FunctionalInterface
public interface VoxelWriter {
    /**
     * Receives voxels {@code first} … {@code first + count − 1}, counted in channels-last order over all samples. It is
     * called once for each voxel, on any thread; all calls for one {@code task} come from one thread and in a fixed
     * order, so that sums may be kept for each task.
     *
     * @param values voxel {@code first + i} at {@code from + i·stride}; the writer may change them
     */
    void write(int task, int first, int count, float[] values, int from, int stride);

    /** Returns a writer that copies voxels to a channels-last array. */
    static VoxelWriter to(float[] y, int channels) {
        return (task, first, count, values, from, stride) -> {
            if (channels == stride) {
                System.arraycopy(values, from, y, first * channels, count * channels);
                return;
            }
            for (int v = 0; v < count; v++) {
                System.arraycopy(values, from + v * stride, y, (first + v) * channels, channels);
            }
        };
    }
}
