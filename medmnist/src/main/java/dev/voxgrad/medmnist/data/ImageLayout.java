package dev.voxgrad.medmnist.data;

import java.util.Arrays;

import dev.voxgrad.medmnist.data.npz.ElementOrder;
import dev.voxgrad.medmnist.data.npz.NpyHeader;
import dev.voxgrad.medmnist.io.DataFileException;

/**
 * Describes the layout of the volumes in an array: (N,S,S,S), (N,S,S,S,C) or (N,C,S,S,S), with 1 or 3 channels, in C or
 * Fortran order.
 *
 * @param count number of volumes N
 * @param shape of each volume
 * @param channelsFirst whether the channels come before the axes of space, and are more than one
 * @param header of the array
 */
record ImageLayout(int count, VolumeShape shape, boolean channelsFirst, NpyHeader header) {
    /**
     * Understands the shape of an array.
     *
     * @param where file and array, for the message
     * @throws DataFileException if there is no reading of it, with what to do in NumPy
     */
    static ImageLayout of(NpyHeader header, String where) {
        int[] shape = header.shape();
        if (shape.length >= 4 && header.count() == 0) {
            throw new DataFileException(
                    where,
                    "found " + header.type() + Arrays.toString(shape) + ", expected at least one volume and voxel");
        }
        boolean cubes = shape.length == 4 && isCube(shape, 1);
        boolean last = shape.length == 5 && isCube(shape, 1) && isChannels(shape[4]);
        boolean first = shape.length == 5 && isCube(shape, 2) && isChannels(shape[1]) && !last;
        long elements = shape.length == 0 || shape[0] == 0 ? 0 : header.count() / shape[0];
        if (!cubes && !last && !first || elements > Integer.MAX_VALUE - 8) {
            throw new DataFileException(
                    where,
                    "found " + header.type() + Arrays.toString(shape)
                            + ", expected cubes as (N,S,S,S), or with 1 or 3 channels (N,S,S,S,3). "
                            + ShapeAdvice.of(shape));
        }
        int channels = cubes ? 1 : last ? shape[4] : shape[1];
        return new ImageLayout(shape[0], new VolumeShape(channels, shape[2]), first && channels > 1, header);
    }

    private static boolean isCube(int[] shape, int from) {
        return shape[from] == shape[from + 1] && shape[from] == shape[from + 2];
    }

    private static boolean isChannels(int length) {
        return length == 1 || length == 3;
    }

    /** Returns the order in which elements come, as places in (N, X, Y, Z, C), C order. */
    ElementOrder order() {
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
        int edge = shape.edge();
        long voxel = place / shape.channels();
        String channel = shape.channels() == 1 ? "" : ", channel " + place % shape.channels();
        return "volume " + place / shape.elements() + " at voxel (" + voxel / edge / edge % edge + ", "
                + voxel / edge % edge + ", " + voxel % edge + ")" + channel;
    }
}
