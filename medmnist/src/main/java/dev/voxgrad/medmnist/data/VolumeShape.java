package dev.voxgrad.medmnist.data;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The shape of one volume: (C, X, Y, Z), which files and PyTorch call (C, D, H, W).
 *
 * @param channels number of channels, 1 to {@value #MOST_CHANNELS} in a data set
 * @param x voxels along X, the slowest axis
 * @param y voxels along Y
 * @param z voxels along Z, the fastest axis
 */
public record VolumeShape(int channels, int x, int y, int z) {
    /** The most channels that volumes of a data set have. */
    public static final int MOST_CHANNELS = 16;

    /** Refuses an axis without voxels, and more values than a Java array holds. */
    public VolumeShape {
        if (channels < 1 || x < 1 || y < 1 || z < 1 || !isAtMost(Integer.MAX_VALUE, channels, x, y, z)) {
            throw new IllegalArgumentException("volume: expected at least 1 channel, 1 voxel along each axis, and at "
                    + "most 2^31-1 values, was " + channels + " and " + x + "×" + y + "×" + z);
        }
    }

    /** Creates the shape of cubes with this many voxels along each axis. */
    public VolumeShape(int channels, int edge) {
        this(channels, edge, edge, edge);
    }

    /**
     * Reads the lengths X, Y, Z, as the command line spells them: {@code 28} for cubes, or {@code 16x48x48}.
     *
     * @return empty if the text is something else, or a length has more than four digits
     */
    public static Optional<List<Integer>> lengths(String text) {
        if (!text.matches("\\d{1,4}(x\\d{1,4}x\\d{1,4})?")) {
            return Optional.empty();
        }
        List<Integer> lengths = Stream.of(text.split("x")).map(Integer::valueOf).toList();
        return Optional.of(lengths.size() == 1 ? Collections.nCopies(3, lengths.getFirst()) : lengths);
    }

    private static boolean isAtMost(long most, int... lengths) {
        long room = most;
        for (int length : lengths) {
            room /= length;
        }
        return room > 0;
    }

    /** Returns the number of voxels, each with all its channels. */
    public int voxels() {
        return x * y * z;
    }

    /** Returns the number of values in one volume, all channels counted. */
    public int elements() {
        return channels * voxels();
    }

    /** Returns the number of voxels along axis 0 (X), 1 (Y) or 2 (Z). */
    public int size(int axis) {
        return switch (axis) {
            case 0 -> x;
            case 1 -> y;
            case 2 -> z;
            default -> throw new IllegalArgumentException("volume: axis is " + axis + "; expected 0, 1 or 2");
        };
    }

    /** Returns the number of voxels along the shortest axis. */
    public int shortest() {
        return Math.min(x, Math.min(y, z));
    }

    /** Returns the number of voxels along the longest axis. */
    public int longest() {
        return Math.max(x, Math.max(y, z));
    }

    /** Returns the same shape with another number of channels. */
    public VolumeShape withChannels(int other) {
        return new VolumeShape(other, x, y, z);
    }

    /** Returns the voxels along the axes as people write them: {@code 28³}, or {@code 16×48×48}. */
    public String size() {
        return x == y && x == z ? x + "³" : x + "×" + y + "×" + z;
    }

    /** Returns {@code [C,X,Y,Z]}. */
    @Override
    public String toString() {
        return "[" + channels + "," + x + "," + y + "," + z + "]";
    }
}
