package dev.voxgrad.medmnist.data.npz;

import java.util.Arrays;

/**
 * The order in which the elements of an array come from a file, as the places where they belong.
 *
 * <p>Counts up the indices as an odometer does, the fastest first, and adds the strides of the indices that move.
 * Dimensions of length 1 are left out, so every digit has at least two values, and a step moves fewer than two of them
 * on average: the whole takes time in proportion to the elements, however many dimensions there are.
 */
public final class ElementOrder {
    private final int[] length;
    private final long[] stride;
    private final int[] index;
    private long place;

    /**
     * Prepares to count.
     *
     * @param lengths of the dimensions, the one that runs fastest in the file first
     * @param strides by how much the place grows with one step in each of these dimensions
     */
    public ElementOrder(int[] lengths, long[] strides) {
        int rank = 0;
        int[] longer = new int[lengths.length];
        long[] theirStrides = new long[lengths.length];
        for (int d = 0; d < lengths.length; d++) {
            if (lengths[d] != 1) {
                longer[rank] = lengths[d];
                theirStrides[rank++] = strides[d];
            }
        }
        this.length = Arrays.copyOf(longer, rank);
        this.stride = Arrays.copyOf(theirStrides, rank);
        this.index = new int[rank];
    }

    /** Returns the order of a Fortran array, whose first index runs fastest, as places in C order. */
    static ElementOrder fortran(int[] shape) {
        return new ElementOrder(shape, cStrides(shape));
    }

    /** Returns the stride of each dimension if the last index runs fastest. */
    public static long[] cStrides(int[] shape) {
        long[] strides = new long[shape.length];
        long step = 1;
        for (int d = shape.length - 1; d >= 0; d--) {
            strides[d] = step;
            step *= shape[d];
        }
        return strides;
    }

    /** Returns whether each element is next to the one before it. */
    public boolean isSequential() {
        long step = 1;
        for (int d = 0; d < length.length; d++) {
            if (stride[d] != step) {
                return false;
            }
            step *= length[d];
        }
        return true;
    }

    /** Returns the place of the next element, from 0. */
    public long next() {
        long now = place;
        for (int d = 0; d < length.length; d++) {
            place += stride[d];
            if (++index[d] < length[d]) {
                break;
            }
            place -= stride[d] * length[d];
            index[d] = 0;
        }
        return now;
    }
}
