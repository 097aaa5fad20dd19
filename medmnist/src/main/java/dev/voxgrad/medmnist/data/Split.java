package dev.voxgrad.medmnist.data;

import java.util.Arrays;
import java.util.List;

/**
 * One part of a data set: N volumes of the same shape and their labels.
 *
 * <p>Logically the volumes are (N, C, X, Y, Z) of uint8; they lie channels-last, (N, X, Y, Z, C), as MedMNIST
 * files hold them and as the nets take them.
 */
public final class Split {
    private final String name;
    private final VolumeShape shape;
    private final byte[] voxels;
    private final int[] labels;
    private final int[][] multiLabels;

    private Split(String name, VolumeShape shape, byte[] voxels, int[] labels, int[][] multiLabels) {
        this.name = name;
        this.shape = shape;
        this.voxels = voxels;
        this.labels = labels;
        this.multiLabels = multiLabels;
        if (size() == 0) {
            throw new DataException(name + ": the split is empty; expected at least one volume");
        }
        if (voxels.length % shape.elements() != 0 || voxels.length / shape.elements() != size()) {
            throw new DataException(name + ": " + size() + " labels but " + voxels.length + " voxels, which is "
                    + voxels.length / shape.elements() + " volumes of " + shape + "; expected one label per volume");
        }
    }

    /**
     * A split with one class per volume.
     *
     * @param name train, val or test
     * @param voxels uint8, (N, X, Y, Z, C), not copied
     * @param labels class of each volume, (N), not copied
     */
    public static Split of(String name, VolumeShape shape, byte[] voxels, int[] labels) {
        return new Split(name, shape, voxels, labels, null);
    }

    /** A split with L labels of 0 or 1 per volume, (N, L); otherwise as {@link #of}. */
    public static Split ofMultiLabel(String name, VolumeShape shape, byte[] voxels, int[][] multiLabels) {
        return new Split(name, shape, voxels, null, multiLabels);
    }

    /**
     * A split with copies of some volumes of others, in the order of their numbers here.
     *
     * @param parts splits of the same kind, numbered one after the other
     * @param numbers of the volumes, from 0
     * @throws DataException if they are too many for one array
     */
    static Split select(String name, List<Split> parts, int[] numbers) {
        VolumeShape shape = parts.getFirst().shape;
        int elements = shape.elements();
        if ((long) numbers.length * elements > Integer.MAX_VALUE - 8) {
            throw new DataException(name + ": " + numbers.length + " volumes of " + shape + " make more than 2^31 "
                    + "voxels; take smaller volumes, or do without --folds");
        }
        byte[] voxels = new byte[numbers.length * elements];
        boolean multiLabel = parts.getFirst().isMultiLabel();
        int[] labels = multiLabel ? null : new int[numbers.length];
        int[][] multiLabels = multiLabel ? new int[numbers.length][] : null;
        for (int i = 0; i < numbers.length; i++) {
            int index = numbers[i];
            int part = 0;
            while (index >= parts.get(part).size()) {
                index -= parts.get(part).size();
                part++;
            }
            Split source = parts.get(part);
            System.arraycopy(source.voxels, index * elements, voxels, i * elements, elements);
            if (multiLabel) {
                multiLabels[i] = source.multiLabels[index];
            } else {
                labels[i] = source.labels[index];
            }
        }
        return new Split(name, shape, voxels, labels, multiLabels);
    }

    /** train, val or test, or what it was selected as. */
    public String name() {
        return name;
    }

    /** Number of volumes. */
    public int size() {
        return labels == null ? multiLabels.length : labels.length;
    }

    /** Shape of each volume. */
    public VolumeShape shape() {
        return shape;
    }

    /** All voxels, uint8, (N, X, Y, Z, C); not a copy, not to be written to. */
    public byte[] voxels() {
        return voxels;
    }

    public boolean isMultiLabel() {
        return multiLabels != null;
    }

    /** The class of each volume, (N); not a copy. */
    public int[] labels() {
        if (labels == null) {
            throw new IllegalStateException(name + ": a multi-label split has no single class per volume");
        }
        return labels;
    }

    /** The labels of each volume, 0 or 1, (N, L); not a copy. */
    public int[][] multiLabels() {
        if (multiLabels == null) {
            throw new IllegalStateException(name + ": only a multi-label split has several labels per volume");
        }
        return multiLabels;
    }

    /** A copy of the first {@code count} volumes, 1 to all, as a split of the same name. */
    public Split first(int count) {
        byte[] some = Arrays.copyOf(voxels, Math.multiplyExact(count, shape.elements()));
        return isMultiLabel() ? ofMultiLabel(name, shape, some, Arrays.copyOf(multiLabels, count))
                : of(name, shape, some, Arrays.copyOf(labels, count));
    }

    /** Index of the first volume whose voxels are all equal, or −1: such a volume cannot be z-normalised. */
    public int firstBlankVolume() {
        int elements = shape.elements();
        for (int i = 0; i < size(); i++) {
            int start = i * elements;
            int at = 1;
            while (at < elements && voxels[start + at] == voxels[start]) {
                at++;
            }
            if (at == elements) {
                return i;
            }
        }
        return -1;
    }
}
