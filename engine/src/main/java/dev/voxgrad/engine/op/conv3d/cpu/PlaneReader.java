package dev.voxgrad.engine.op.conv3d.cpu;

/** Provides the gradient of a convolution's output. */
@FunctionalInterface
public interface PlaneReader {
    /**
     * Fills planes {@code first} … {@code first + count − 1} of a sample, with zeros where there is no such output.
     *
     * @param planes laid out as {@link PlaneLayout} describes, from index {@code at}
     */
    void read(int sample, int first, int count, float[] planes, int at);
}
