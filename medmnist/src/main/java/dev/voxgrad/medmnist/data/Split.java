package dev.voxgrad.medmnist.data;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.io.DataException;

/**
 * One part of a data set: N volumes of the same shape and their labels.
 *
 * <p>Logically the volumes are (N, C, X, Y, Z), with values from 0 to 1; they are stored channels-last, (N, X, Y, Z,
 * C), as MedMNIST's files hold them and as the nets take them, in the heap or in a file.
 */
public final class Split {
    private final String name;
    private final VolumeShape shape;
    private final Voxels voxels;
    private final int @Nullable [] labels;
    private final int @Nullable [][] multiLabels;
    /** Blank volumes that the user knows of. */
    private final BitSet skipped;

    private Split(
            String name,
            VolumeShape shape,
            Voxels voxels,
            int @Nullable [] labels,
            int @Nullable [][] multiLabels,
            BitSet skipped) {
        this.name = name;
        this.shape = shape;
        this.voxels = voxels;
        this.labels = labels;
        this.multiLabels = multiLabels;
        this.skipped = skipped;
        if (size() == 0) {
            throw new DataException(name + ": the split is empty; expected at least one volume");
        }
        if (voxels.count() != size()) {
            throw new DataException(name + ": " + size() + " labels but " + voxels.count() + " volumes of " + shape
                    + "; expected one label per volume");
        }
    }

    /**
     * Returns a split with one class per volume.
     *
     * @param name train, val or test
     * @param voxels uint8, (N, X, Y, Z, C), not copied
     * @param labels class of each volume, (N), not copied
     */
    public static Split of(String name, VolumeShape shape, byte[] voxels, int[] labels) {
        return new Split(name, shape, whole(name, shape, voxels), labels, null, new BitSet());
    }

    /** Returns a split with L labels of 0 or 1 per volume, (N, L); otherwise as {@link #of}. */
    public static Split ofMultiLabel(String name, VolumeShape shape, byte[] voxels, int[][] multiLabels) {
        return new Split(name, shape, whole(name, shape, voxels), null, multiLabels, new BitSet());
    }

    /** Does the same as {@link #of(String, VolumeShape, byte[], int[])}, for any number of voxels. */
    static Split of(String name, VolumeShape shape, Voxels voxels, int[] labels) {
        return new Split(name, shape, voxels, labels, null, new BitSet());
    }

    /** Does the same as {@link #ofMultiLabel(String, VolumeShape, byte[], int[][])}, for any number of voxels. */
    static Split ofMultiLabel(String name, VolumeShape shape, Voxels voxels, int[][] multiLabels) {
        return new Split(name, shape, voxels, null, multiLabels, new BitSet());
    }

    private static Voxels whole(String name, VolumeShape shape, byte[] voxels) {
        if (voxels.length % shape.elements() != 0) {
            throw new DataException(name + ": " + voxels.length + " voxels are no whole number of volumes of " + shape
                    + ", which have " + shape.elements() + " each");
        }
        return Voxels.of(voxels, shape.elements());
    }

    /**
     * Returns a split with some volumes of others, in the order of their numbers here. The voxels are shared, not
     * copied.
     *
     * @param parts splits of the same kind, numbered one after the other
     * @param numbers of the volumes, from 0
     */
    static Split select(String name, List<Split> parts, int[] numbers) {
        VolumeShape shape = parts.getFirst().shape;
        Voxels voxels = Voxels.select(parts.stream().map(part -> part.voxels).toList(), numbers);
        if (parts.getFirst().isMultiLabel()) {
            int[][] all = parts.stream()
                    .flatMap(part -> Arrays.stream(part.multiLabels()))
                    .toArray(int[][]::new);
            return ofMultiLabel(
                    name,
                    shape,
                    voxels,
                    Arrays.stream(numbers).mapToObj(number -> all[number]).toArray(int[][]::new));
        }
        int[] all = parts.stream()
                .flatMapToInt(part -> Arrays.stream(part.labels()))
                .toArray();
        return of(
                name,
                shape,
                voxels,
                Arrays.stream(numbers).map(number -> all[number]).toArray());
    }

    /**
     * Returns the same split with all its blank volumes marked as known: they are no error, and enter a net as zeros,
     * which is what z-normalisation would make of a volume without any contrast.
     */
    public Split withBlankSkipped() {
        BitSet blank = new BitSet();
        IntStream.range(0, size()).filter(i -> voxels.volume(i).isBlank()).forEach(blank::set);
        return new Split(name, shape, voxels, labels, multiLabels, blank);
    }

    /** Returns a clause for a count of the volumes; empty if none is marked as known to be blank. */
    public String blankNote() {
        return skipped.isEmpty() ? "" : " (" + skipped.cardinality() + " of them blank, taken as zeros)";
    }

    /** Returns the numbers of the blank volumes that are marked as known. */
    public int[] skipped() {
        return skipped.stream().toArray();
    }

    /** Returns whether the volume is blank and marked as known. */
    boolean isSkipped(int index) {
        return skipped.get(index);
    }

    /**
     * Returns this split without the blank volumes that are marked as known: itself if there are none.
     *
     * @throws DataException if nothing is left
     */
    Split withoutSkipped() {
        if (skipped.cardinality() == size()) {
            throw new DataException(name + ": every volume is blank (all voxels are equal); nothing is left of it");
        }
        return skipped.isEmpty()
                ? this
                : select(
                        name,
                        List.of(this),
                        IntStream.range(0, size()).filter(i -> !skipped.get(i)).toArray());
    }

    /** Returns train, val or test, or the name it was selected under. */
    public String name() {
        return name;
    }

    /** Returns the number of volumes. */
    public int size() {
        return labels == null ? multiLabels().length : labels.length;
    }

    /** Returns the shape of each volume. */
    public VolumeShape shape() {
        return shape;
    }

    /**
     * Returns all voxels in one array, as the nearest of 256 grey values, (N, X, Y, Z, C); {@link #volume} takes less.
     *
     * @throws DataException if there are too many for one Java array, about 2³¹
     */
    public byte[] voxels() {
        long elements = (long) size() * shape.elements();
        if (elements > Integer.MAX_VALUE - 8) {
            throw new DataException(
                    name + ": " + elements + " voxels do not fit into one Java array; take them volume by volume");
        }
        byte[] all = new byte[(int) elements];
        for (int i = 0; i < size(); i++) {
            System.arraycopy(volume(i), 0, all, i * shape.elements(), shape.elements());
        }
        return all;
    }

    /**
     * Returns one volume as the nearest of 256 grey values, (X, Y, Z, C); exact for files of uint8 without a window.
     */
    public byte[] volume(int index) {
        return greys(values(index));
    }

    /** Returns plane {@code x} of a volume as the nearest of 256 grey values, (Y, Z, C). */
    public byte[] plane(int index, int x) {
        float[] values = new float[shape.y() * shape.z() * shape.channels()];
        voxels.volume(index).read(x * values.length, values.length, values, 0);
        return greys(values);
    }

    private static byte[] greys(float[] values) {
        byte[] greys = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            greys[i] = (byte) Math.round(255 * values[i]);
        }
        return greys;
    }

    /** Returns one volume, with values from 0 to 1, (X, Y, Z, C). */
    public float[] values(int index) {
        float[] values = new float[shape.elements()];
        read(index, values, 0);
        return values;
    }

    /** Writes a volume, with values from 0 to 1, to {@code out[to …]}, (X, Y, Z, C). */
    void read(int index, float[] out, int to) {
        voxels.volume(index).read(out, to);
    }

    public boolean isMultiLabel() {
        return multiLabels != null;
    }

    /** Returns the class of each volume, (N); not a copy. */
    public int[] labels() {
        if (labels == null) {
            throw new IllegalStateException(name + ": a multi-label split has no single class per volume");
        }
        return labels;
    }

    /** Returns the labels of each volume, 0 or 1, (N, L); not a copy. */
    public int[][] multiLabels() {
        if (multiLabels == null) {
            throw new IllegalStateException(name + ": only a multi-label split has several labels per volume");
        }
        return multiLabels;
    }

    /** Returns the class of a volume, (1), or in a multi-label split all its labels, 0 or 1, (L). */
    public int[] labelsOf(int volume) {
        return isMultiLabel() ? multiLabels()[volume].clone() : new int[] {labels()[volume]};
    }

    /** Returns the volumes with these numbers, in this order, as a split of the same name. The voxels are shared. */
    public Split only(int... numbers) {
        return select(name, List.of(this), numbers);
    }

    /** Returns the first {@code count} volumes, 1 to all, as a split of the same name. The voxels are shared. */
    public Split first(int count) {
        Voxels some = voxels.first(count);
        return new Split(
                name,
                shape,
                some,
                labels == null ? null : Arrays.copyOf(labels, count),
                multiLabels == null ? null : Arrays.copyOf(multiLabels, count),
                skipped.get(0, count));
    }

    /**
     * Returns the index of the first volume whose voxels are all equal and that is not marked as known, or −1: such a
     * volume cannot be z-normalised.
     */
    public int firstBlankVolume() {
        for (int i = 0; i < size(); i++) {
            if (!skipped.get(i) && voxels.volume(i).isBlank()) {
                return i;
            }
        }
        return -1;
    }
}
