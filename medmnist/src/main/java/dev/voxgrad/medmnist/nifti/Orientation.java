package dev.voxgrad.medmnist.nifti;

import java.util.Optional;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/**
 * Names the patient's axes that a scan's voxel axes run along: {@code axis[i]} is 0 for left to right, 1 for posterior
 * to anterior and 2 for inferior to superior, and {@code flipped[i]} is whether axis i runs the other way. Oblique
 * axes count as the nearest ones.
 *
 * <p>Computed as nibabel's {@code io_orientation} does: the columns of the affine are divided by their lengths, the
 * rotation nearest to them is taken (the polar decomposition's, by singular values), and each voxel axis in turn gets
 * the patient's axis of the largest magnitude in its column that no earlier one has.
 */
public record Orientation(int[] axis, boolean[] flipped) {
    private static final String POSITIVE = "RAS";
    private static final String NEGATIVE = "LPI";
    /** Below this, the parts of a column count as 0. */
    private static final double SMALLEST = 1e-8;

    /** Returns the orientation of an affine; empty if its axes do not span the space. */
    public static Optional<Orientation> of(Affine affine) {
        DMatrixRMaj rotation = nearestRotation(affine);
        int[] axis = new int[3];
        boolean[] flipped = new boolean[3];
        for (int column = 0; column < 3; column++) {
            int largest = 0;
            for (int row = 1; row < 3; row++) {
                if (Math.abs(rotation.get(row, column)) > Math.abs(rotation.get(largest, column))) {
                    largest = row;
                }
            }
            if (!(Math.abs(rotation.get(largest, column)) > SMALLEST)) {
                return Optional.empty();
            }
            axis[column] = largest;
            flipped[column] = rotation.get(largest, column) < 0;
            for (int later = 0; later < 3; later++) {
                rotation.set(largest, later, 0);
            }
        }
        return Optional.of(new Orientation(axis, flipped));
    }

    private static DMatrixRMaj nearestRotation(Affine affine) {
        DMatrixRMaj columns = new DMatrixRMaj(3, 3);
        double[] spacing = affine.spacing();
        for (int row = 0; row < 3; row++) {
            for (int column = 0; column < 3; column++) {
                columns.set(row, column, spacing[column] == 0 ? 0 : affine.at(row, column) / spacing[column]);
            }
        }
        SingularValueDecomposition_F64<DMatrixRMaj> svd = DecompositionFactory_DDRM.svd(3, 3, true, true, false);
        DMatrixRMaj rotation = new DMatrixRMaj(3, 3);
        if (!svd.decompose(columns.copy())) {
            return rotation;
        }
        double[] values = svd.getSingularValues();
        double greatest = Math.max(values[0], Math.max(values[1], values[2]));
        DMatrixRMaj u = svd.getU(null, false);
        DMatrixRMaj vt = svd.getV(null, true);
        for (int i = 0; i < 3; i++) {
            if (values[i] > greatest * 3 * Math.ulp(1.0)) {
                CommonOps_DDRM.multAdd(
                        CommonOps_DDRM.extractColumn(u, i, null), CommonOps_DDRM.extractRow(vt, i, null), rotation);
            }
        }
        return rotation;
    }

    /** Returns the voxel axis that runs along one of the patient's axes. */
    public int voxelAxis(int patientAxis) {
        for (int i = 0; i < 3; i++) {
            if (axis[i] == patientAxis) {
                return i;
            }
        }
        throw new IllegalArgumentException("orientation: expected an axis from 0 to 2, was " + patientAxis);
    }

    /** Returns the letters of the directions in which the voxel axes run, such as {@code LPS}. */
    @Override
    public String toString() {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            letters.append((flipped[i] ? NEGATIVE : POSITIVE).charAt(axis[i]));
        }
        return letters.toString();
    }
}
