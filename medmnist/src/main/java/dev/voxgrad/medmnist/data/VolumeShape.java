package dev.voxgrad.medmnist.data;

/**
 * The shape of one volume: (C, S, S, S).
 *
 * @param channels number of channels; 1 or 3 in a data set
 * @param edge edge length S of the cube in voxels
 */
public record VolumeShape(int channels, int edge) {
    public VolumeShape {
        if (channels < 1 || edge < 1 || (long) edge * edge * edge * channels > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "volume: expected at least 1 channel and a positive edge, was " + channels + " and " + edge);
        }
    }

    /** Returns the number of values in one volume, all channels counted. */
    public int elements() {
        return channels * edge * edge * edge;
    }

    @Override
    public String toString() {
        return "[" + channels + "," + edge + "," + edge + "," + edge + "]";
    }
}
