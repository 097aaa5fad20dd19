package dev.voxgrad.medmnist.baseline.feature;

import java.util.List;

import dev.voxgrad.medmnist.data.VolumeShape;

/**
 * Contains the voxels that are inside of something, as bits, cropped to their bounding box. All beyond the box, and
 * beyond the volume's edge, is outside. So nothing that is computed from a mask depends on where it is.
 *
 * <p>Voxel (x, y, z) of a box (X, Y, Z) is bit {@code (x·Y' + y)·Z' + z}, where each plane ends with Y' − Y empty rows,
 * and each row with Z' − Z empty bits. These margins turn a move along the axes, no longer than they are wide, into a
 * plain shift of all bits: what leaves a row or plane ends in a margin. One instruction then moves, joins or counts 64
 * voxels.
 */
final class Mask {
    /** The edge of MedMNIST's volumes: a unit is as long in their larger versions as a voxel is in these. */
    private static final int UNITS = 28;
    /** The longest move along an axis, in units. */
    static final int MOST_STEPS = 3;

    private final VolumeShape box;
    private final int unit;
    private final long rowLength;
    private final long planeLength;
    private final long[] words;

    /** Creates a mask without voxels inside. Moves across the whole box need no margin, as no voxel reaches another. */
    private Mask(VolumeShape box, int unit) {
        this.box = box;
        this.unit = unit;
        this.rowLength = box.z() + Math.min(box.z(), MOST_STEPS * unit);
        this.planeLength = (box.y() + Math.min(box.y(), MOST_STEPS * unit)) * rowLength;
        this.words = new long[Math.toIntExact((box.x() * planeLength + Long.SIZE - 1) / Long.SIZE)];
    }

    /**
     * Returns the voxels whose value exceeds a threshold. If there are none, the box is one voxel large and empty.
     *
     * @param values of one channel, (X, Y, Z)
     * @param shape of the volume; its channels are ignored
     */
    static Mask above(float threshold, float[] values, VolumeShape shape) {
        int unit = unit(shape);
        int[] from = {shape.x(), shape.y(), shape.z()};
        int[] to = new int[3];
        for (int i = 0; i < values.length; i++) {
            if (values[i] > threshold) {
                int[] at = {i / (shape.y() * shape.z()), i / shape.z() % shape.y(), i % shape.z()};
                for (int axis = 0; axis < 3; axis++) {
                    from[axis] = Math.min(from[axis], at[axis]);
                    to[axis] = Math.max(to[axis], at[axis] + 1);
                }
            }
        }
        if (to[0] == 0) {
            return new Mask(new VolumeShape(1, 1), unit);
        }
        VolumeShape box = new VolumeShape(1, to[0] - from[0], to[1] - from[1], to[2] - from[2]);
        Mask mask = new Mask(box, unit);
        for (int x = 0; x < box.x(); x++) {
            for (int y = 0; y < box.y(); y++) {
                int row = ((from[0] + x) * shape.y() + from[1] + y) * shape.z() + from[2];
                for (int z = 0; z < box.z(); z++) {
                    if (values[row + z] > threshold) {
                        long bit = mask.move(x, y, z);
                        mask.words[(int) (bit / Long.SIZE)] |= 1L << bit;
                    }
                }
            }
        }
        return mask;
    }

    private static int unit(VolumeShape shape) {
        return Math.max(1, Math.round((float) shape.longest() / UNITS));
    }

    /** Returns the length in voxels in which features measure: a 28th of the volume's longest axis, at least 1. */
    int unit() {
        return unit;
    }

    /** Returns the shape of the bounding box, with one channel. */
    VolumeShape box() {
        return box;
    }

    /** Returns by how many bits a move shifts the voxels. */
    private long move(int dx, int dy, int dz) {
        return dx * planeLength + dy * rowLength + dz;
    }

    /** Returns the number of voxels inside, V. */
    int volume() {
        int count = 0;
        for (long word : words) {
            count += Long.bitCount(word);
        }
        return count;
    }

    /** Returns whether no voxel is inside. */
    boolean isEmpty() {
        return volume() == 0;
    }

    /** Returns whether a voxel of the box is inside. */
    boolean contains(int x, int y, int z) {
        long bit = move(x, y, z);
        return (words[(int) (bit / Long.SIZE)] >>> bit & 1) == 1;
    }

    /**
     * Returns the number of voxels v with both v and v + d inside.
     *
     * @param d at most {@value #MOST_STEPS} units along each axis
     */
    int pairs(Offset d) {
        if (Math.abs(d.x()) >= box.x() || Math.abs(d.y()) >= box.y() || Math.abs(d.z()) >= box.z()) {
            return 0;
        }
        long by = move(d.x(), d.y(), d.z());
        int count = 0;
        for (int i = 0; i < words.length; i++) {
            count += Long.bitCount(words[i] & moved(i, by));
        }
        return count;
    }

    /** Returns word {@code i} of the bits v for which bit v + {@code by} is set. */
    private long moved(int i, long by) {
        long from = (long) i * Long.SIZE + by;
        int word = (int) Math.floorDiv(from, Long.SIZE);
        int bit = Math.floorMod(from, Long.SIZE);
        return bit == 0 ? word(word) : word(word) >>> bit | word(word + 1) << -bit;
    }

    private long word(int i) {
        return i >= 0 && i < words.length ? words[i] : 0;
    }

    /**
     * Returns the number of different places v + d, in the box or beyond, for all v inside and all moves d.
     *
     * @param moves by 0 or 1 along each axis
     */
    int reached(List<Offset> moves) {
        long farthest = 0;
        for (Offset d : moves) {
            farthest = Math.max(farthest, move(d.x(), d.y(), d.z()));
        }
        int count = 0;
        for (int i = 0; i <= words.length + farthest / Long.SIZE; i++) {
            long reached = 0;
            for (Offset d : moves) {
                reached |= moved(i, -move(d.x(), d.y(), d.z()));
            }
            count += Long.bitCount(reached);
        }
        return count;
    }

    /** Passes each voxel inside to an action, in the order of the volume. */
    void forEach(Action action) {
        for (int x = 0; x < box.x(); x++) {
            for (int y = 0; y < box.y(); y++) {
                for (int z = 0; z < box.z(); z++) {
                    if (contains(x, y, z)) {
                        action.accept(x, y, z);
                    }
                }
            }
        }
    }

    /** Receives the place of a voxel in the box. */
    @FunctionalInterface
    interface Action {
        void accept(int x, int y, int z);
    }
}
