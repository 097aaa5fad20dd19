package dev.voxgrad.medmnist.nifti;

import java.util.Arrays;

/**
 * Maps a voxel's indices to its place in the patient: {@code (x, y, z) = M (i, j, k) + t}, in millimetres, with x to
 * the right, y to the front (anterior) and z up (superior).
 *
 * @param rows the three rows (M | t), 12 values, row by row
 */
public record Affine(double... rows) {
    /** Leaves indices as they are: voxels of 1 mm along the patient's axes. */
    public static final Affine IDENTITY = new Affine(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0);

    /** Rejects any other number of values. */
    public Affine(double... rows) {
        if (rows.length != 12) {
            throw new IllegalArgumentException("affine: expected 12 values, was " + rows.length);
        }
        this.rows = rows.clone();
    }

    /** Returns all values, row by row (a copy). */
    @Override
    public double[] rows() {
        return rows.clone();
    }

    /** Returns one value; column 3 is the translation. */
    public double at(int row, int column) {
        return rows[4 * row + column];
    }

    /** Returns the distance between voxels along each of the voxel axes, in millimetres: the columns' lengths. */
    public double[] spacing() {
        double[] spacing = new double[3];
        for (int axis = 0; axis < 3; axis++) {
            double sum = 0;
            for (int row = 0; row < 3; row++) {
                sum += at(row, axis) * at(row, axis);
            }
            spacing[axis] = Math.sqrt(sum);
        }
        return spacing;
    }

    /** Returns whether all values are finite. */
    boolean isFinite() {
        return Arrays.stream(rows).allMatch(Double::isFinite);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Affine affine && Arrays.equals(rows, affine.rows);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(rows);
    }

    @Override
    public String toString() {
        return Arrays.toString(rows);
    }
}
