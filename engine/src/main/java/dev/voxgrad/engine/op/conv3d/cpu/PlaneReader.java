package dev.voxgrad.engine.op.conv3d.cpu;

/** Where the gradient of a convolution's output comes from. */
@FunctionalInterface
public interface PlaneReader {
    /**
     * Fills planes {@code first} … {@code first + count − 1} of a sample; with zeros where there is no such output.
     *
     * @param planes as {@link PlaneLayout} says, from {@code at} on
     */
    void read(int sample, int first, int count, float[] planes, int at);
}
