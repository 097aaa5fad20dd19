package dev.voxgrad.engine.op.conv3d.cpu;

/** Receives a convolution's output planes, and may process them on the way. */
@FunctionalInterface
public interface PlaneWriter {
    /**
     * Receives planes {@code first} … {@code first + count − 1} of a sample. It is called once for each plane, on any
     * thread; all calls for one {@code task} come from one thread and in order, so that sums may be kept for each task.
     *
     * @param planes laid out as {@link PlaneLayout} describes, from index {@code from}; the writer may change them
     */
    void write(int task, int sample, int first, int count, float[] planes, int from);
}
