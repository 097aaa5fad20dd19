package dev.voxgrad.medmnist.data;

import java.util.Arrays;
import java.util.Optional;

import dev.voxgrad.medmnist.data.npz.ElementOrder;
import dev.voxgrad.medmnist.data.npz.NpyHeader;
import dev.voxgrad.medmnist.io.DataFileException;

/**
 * Describes the layout of the volumes in an array: (N,D,H,W), (N,D,H,W,C) or (N,C,D,H,W), with 1 to 16 channels, in C
 * or Fortran order.
 *
 * <p>Where both of the last two readings are possible, the one with cubes is taken, or else the one with fewer
 * channels, or else channels last; {@link #reading} says so.
 *
 * @param count number of volumes N
 * @param shape of each volume
 * @param channelsFirst whether the channels come before the axes of space, and are more than one
 * @param header of the array
 */
public record ImageLayout(int count, VolumeShape shape, boolean channelsFirst, NpyHeader header) {
    /** Red, green, blue and opacity: an axis of so few next to two equal ones is taken for the colours of pictures. */
    private static final int MOST_COLOURS = 4;
    /** More volumes than anyone has: so many tiny ones would fill the memory by their number. */
    private static final int MOST_VOLUMES = 10_000_000;

    /**
     * Understands the shape of an array.
     *
     * @param where file and array, for the message
     * @throws DataFileException if there is no reading of it, with what to do in NumPy
     */
    public static ImageLayout of(NpyHeader header, String where) {
        int[] shape = header.shape();
        if (shape.length >= 4 && header.count() == 0) {
            throw new DataFileException(
                    where,
                    "found " + header.type() + Arrays.toString(shape) + ", expected at least one volume and voxel");
        }
        boolean grey = shape.length == 4 && !isPictures(shape);
        boolean last = shape.length == 5 && isChannels(shape[4]) && (!isChannels(shape[1]) || isLast(shape));
        boolean first = shape.length == 5 && isChannels(shape[1]) && !last;
        long elements = shape.length == 0 || shape[0] == 0 ? 0 : header.count() / shape[0];
        if (!grey && !last && !first || elements > Integer.MAX_VALUE - 8) {
            throw new DataFileException(
                    where,
                    "found " + header.type() + Arrays.toString(shape)
                            + ", expected volumes as (N,D,H,W), or with 1 to " + VolumeShape.MOST_CHANNELS
                            + " channels as (N,D,H,W,C) or (N,C,D,H,W). " + ShapeAdvice.of(shape));
        }
        if (shape[0] > MOST_VOLUMES) {
            throw new DataFileException(
                    where, "found " + shape[0] + " volumes, expected at most " + MOST_VOLUMES + ". Split the file");
        }
        int channels = grey ? 1 : last ? shape[4] : shape[1];
        int x = first ? 2 : 1;
        return new ImageLayout(
                shape[0],
                new VolumeShape(channels, shape[x], shape[x + 1], shape[x + 2]),
                first && channels > 1,
                header);
    }

    /** Returns whether channels come last where both readings are possible. */
    private static boolean isLast(int[] shape) {
        boolean lastIsCubic = isCube(shape, 1);
        return lastIsCubic != isCube(shape, 2) ? lastIsCubic : shape[4] <= shape[1];
    }

    /** Returns whether three axes have the same length. */
    static boolean isCube(int[] shape, int from) {
        return shape[from] == shape[from + 1] && shape[from] == shape[from + 2];
    }

    private static boolean isChannels(int length) {
        return length >= 1 && length <= VolumeShape.MOST_CHANNELS;
    }

    /** Returns whether an array of four dimensions looks like 2D images in colour. */
    static boolean isPictures(int[] shape) {
        return !isCube(shape, 1)
                && (shape[3] <= MOST_COLOURS && shape[1] == shape[2]
                        || shape[1] <= MOST_COLOURS && shape[2] == shape[3]);
    }

    /** Returns a sentence about which axis is that of the channels; empty if there is only one reading. */
    Optional<String> reading() {
        int[] lengths = header.shape();
        boolean bothPossible = lengths.length == 5 && isChannels(lengths[1]) && isChannels(lengths[4]);
        if (!channelsFirst && (!bothPossible || shape.channels() == 1 || isCube(lengths, 1))) {
            return Optional.empty();
        }
        return Optional.of("volumes are taken to have their " + shape.channels() + " channels "
                + (channelsFirst ? "first, (N,C,D,H,W)" : "last, (N,D,H,W,C)")
                + (bothPossible && !isCube(lengths, channelsFirst ? 2 : 1)
                        ? "; if this is wrong, move them with numpy.moveaxis"
                                + (channelsFirst ? "(a, -1, 1)" : "(a, 1, -1)")
                        : ""));
    }

    /** Returns the order in which elements come, as places in (N, X, Y, Z, C), C order. */
    public ElementOrder order() {
        int[] lengths = header.shape();
        long[] strides = strides();
        if (!header.fortranOrder()) {
            lengths = reversed(lengths);
            long[] backwards = strides.clone();
            for (int d = 0; d < strides.length; d++) {
                strides[d] = backwards[strides.length - 1 - d];
            }
        }
        return new ElementOrder(lengths, strides);
    }

    private static int[] reversed(int[] lengths) {
        int[] reversed = new int[lengths.length];
        for (int d = 0; d < lengths.length; d++) {
            reversed[d] = lengths[lengths.length - 1 - d];
        }
        return reversed;
    }

    private long[] strides() {
        long[] strides = ElementOrder.cStrides(header.shape());
        if (channelsFirst) {
            int channels = shape.channels();
            for (int d = 2; d < 5; d++) {
                strides[d] *= channels;
            }
            strides[1] = 1;
        }
        return strides;
    }

    /** Returns the place in (N, X, Y, Z, C) of the element that comes as number {@code element} from the file. */
    long place(long element) {
        int[] lengths = header.shape();
        long[] strides = strides();
        long place = 0;
        long rest = element;
        for (int i = 0; i < lengths.length; i++) {
            int d = header.fortranOrder() ? i : lengths.length - 1 - i;
            place += rest % lengths[d] * strides[d];
            rest /= lengths[d];
        }
        return place;
    }

    /** Names a place for a message: {@code volume 3, voxel (x, y, z)}. */
    String words(long place) {
        long voxel = place / shape.channels();
        String channel = shape.channels() == 1 ? "" : ", channel " + place % shape.channels();
        return "volume " + place / shape.elements() + " at voxel (" + voxel / shape.z() / shape.y() % shape.x() + ", "
                + voxel / shape.z() % shape.y() + ", " + voxel % shape.z() + ")" + channel;
    }
}
