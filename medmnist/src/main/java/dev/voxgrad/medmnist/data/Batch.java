package dev.voxgrad.medmnist.data;

/**
 * Contains some samples, ready for a net. The arrays have room for a full batch; only the first {@link #size()} samples
 * count. They are recycled: a batch is valid until the next one is taken from its loader.
 */
public final class Batch {
    private final VolumeShape shape;
    private final float[] inputs;
    private final int[] labels;
    private final float[] targets;
    private final int[] indices;
    private int size;

    Batch(int capacity, Split split, VolumeShape shape) {
        this.shape = shape;
        this.inputs = new float[Math.multiplyExact(capacity, shape.elements())];
        this.labels = new int[split.isMultiLabel() ? 0 : capacity];
        this.targets = new float[split.isMultiLabel() ? capacity * split.multiLabels()[0].length : 0];
        this.indices = new int[capacity];
    }

    void setSize(int size) {
        this.size = size;
    }

    /** Returns the number of samples N in this batch; less than the batch size in an epoch's last batch. */
    public int size() {
        return size;
    }

    /** Returns the shape of each volume. */
    public VolumeShape shape() {
        return shape;
    }

    /** Returns the volumes as a net takes them, channels-last: (N, X, Y, Z, C). */
    public float[] inputs() {
        return inputs;
    }

    /** Returns the class of each sample, (N); of length 0 for a multi-label task. */
    public int[] labels() {
        return labels;
    }

    /** Returns the labels of each sample as 0 or 1, (N, L), for a multi-label task; otherwise of length 0. */
    public float[] targets() {
        return targets;
    }

    /** Returns the number of each sample in its split, (N). */
    public int[] indices() {
        return indices;
    }
}
