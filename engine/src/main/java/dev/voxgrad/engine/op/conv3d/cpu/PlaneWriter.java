package dev.voxgrad.engine.op.conv3d.cpu;

/** Where a convolution's output planes go, and what is done to them on the way. */
@FunctionalInterface
public interface PlaneWriter {
    /**
     * Takes planes {@code first} … {@code first + count − 1} of a sample. Called once for each plane, on any thread,
     * but for one {@code task} on one thread and in order, so that sums may be kept for each task.
     *
     * @param planes as {@link PlaneLayout} says, from {@code from} on; the writer may change them
     */
    void write(int task, int sample, int first, int count, float[] planes, int from);
}
