package dev.voxgrad.medmnist.data;

import java.util.Arrays;
import java.util.List;

import dev.voxgrad.medmnist.io.DataException;

/**
 * The voxels of a split's volumes, uint8, channels-last (X, Y, Z, C) within each volume.
 *
 * <p>A Java array holds fewer than 2³¹ bytes, and a split may have more. So the volumes are kept in several arrays,
 * none of them split between two, and for each volume there is the array that holds it and the place of its first
 * voxel. A selection of volumes therefore shares the arrays instead of copying them.
 */
final class Voxels {
    /** Bytes of an array at most, as long as one volume is not larger: a garbage collector finds room for these. */
    private static final int LARGEST_ARRAY = 1 << 28;

    private final byte[][] holder;
    private final int[] start;
    private final int elements;

    private Voxels(byte[][] holder, int[] start, int elements) {
        this.holder = holder;
        this.start = start;
        this.elements = elements;
    }

    /** Takes all volumes from one array, (N, X, Y, Z, C), which is not copied. */
    static Voxels of(byte[] all, int elements) {
        int count = all.length / elements;
        byte[][] holder = new byte[count][];
        int[] start = new int[count];
        for (int i = 0; i < count; i++) {
            holder[i] = all;
            start[i] = i * elements;
        }
        return new Voxels(holder, start, elements);
    }

    /**
     * Collects volumes as they are read, one after the other. An array is allocated once the first of its volumes has
     * arrived, so that a file which only claims to hold many volumes does not take memory for them.
     */
    static final class Builder {
        private final byte[][] holder;
        private final int[] start;
        private final int elements;
        private final int perArray;

        Builder(int count, int elements) {
            this(count, elements, LARGEST_ARRAY);
        }

        /** Creates a builder with a limit on the arrays' bytes, for tests. */
        Builder(int count, int elements, int largestArray) {
            this.holder = new byte[count][];
            this.start = new int[count];
            this.elements = elements;
            this.perArray = Math.max(1, largestArray / elements);
        }

        /** Returns the array to write volume {@code index} to, from {@link #start} on. */
        byte[] array(int index) {
            if (holder[index] == null) {
                int first = index / perArray * perArray;
                int end = Math.min(first + perArray, holder.length);
                byte[] array = new byte[(end - first) * elements];
                for (int i = first; i < end; i++) {
                    holder[i] = array;
                    start[i] = (i - first) * elements;
                }
            }
            return holder[index];
        }

        int start(int index) {
            return start[index];
        }

        Voxels build() {
            return new Voxels(holder, start, elements);
        }
    }

    /** Returns the number of volumes. */
    int count() {
        return holder.length;
    }

    /** Returns the array that holds a volume, from {@link #start} on; not to be written to. */
    byte[] array(int volume) {
        return holder[volume];
    }

    /** Returns the index of a volume's first voxel in its array. */
    int start(int volume) {
        return start[volume];
    }

    /** Returns the first {@code newCount} volumes, which are shared with this. */
    Voxels first(int newCount) {
        return new Voxels(Arrays.copyOf(holder, newCount), Arrays.copyOf(start, newCount), elements);
    }

    /** Returns some volumes of several splits, numbered one split after the other; they are shared with these. */
    static Voxels select(List<Voxels> parts, int[] numbers) {
        byte[][] holder = new byte[numbers.length][];
        int[] start = new int[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            int index = numbers[i];
            int part = 0;
            while (index >= parts.get(part).count()) {
                index -= parts.get(part).count();
                part++;
            }
            holder[i] = parts.get(part).holder[index];
            start[i] = parts.get(part).start[index];
        }
        return new Voxels(holder, start, parts.getFirst().elements);
    }

    /** Returns whether all voxels of a volume have the same value. */
    boolean isBlank(int volume) {
        byte[] array = holder[volume];
        int from = start[volume];
        int at = from + 1;
        while (at < from + elements && array[at] == array[from]) {
            at++;
        }
        return at == from + elements;
    }

    /**
     * Returns all voxels in one array, (N, X, Y, Z, C): the original array if they are in a single one, otherwise a
     * copy.
     *
     * @throws DataException if one array cannot hold them
     */
    byte[] together(String name) {
        long size = (long) count() * elements;
        if (isOneArray(size)) {
            return holder[0];
        }
        if (size > Integer.MAX_VALUE - 8) {
            throw new DataException(
                    name + ": " + size + " voxels do not fit into one Java array; take them volume by " + "volume");
        }
        byte[] all = new byte[(int) size];
        for (int i = 0; i < count(); i++) {
            System.arraycopy(holder[i], start[i], all, i * elements, elements);
        }
        return all;
    }

    private boolean isOneArray(long size) {
        if (count() == 0 || holder[0].length != size) {
            return false;
        }
        for (int i = 0; i < count(); i++) {
            if (holder[i] != holder[0] || start[i] != i * elements) {
                return false;
            }
        }
        return true;
    }
}
