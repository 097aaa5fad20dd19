package dev.voxgrad.medmnist.importing;

import java.util.List;
import java.util.Optional;

import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.nifti.Affine;
import dev.voxgrad.medmnist.nifti.Orientation;

/**
 * Finds the place of an imported volume in the patient, so that a map of the volume can be shown over the scan.
 *
 * <pre>
 * voxel i of the volume, along an axis with N voxels, is at   c = first + i·(last − first)/(N − 1)   of the turned scan
 * voxel c of the turned scan is voxel c of the file, or n − 1 − c if the file's axis runs the other way
 * </pre>
 *
 * <p>First and last are the {@linkplain VolumeOrigin#crop crop}, n the length of the scan along the axis.
 */
public final class ScanPlace {
    private ScanPlace() {}

    /**
     * Returns the affine of a volume, from its voxels to millimetres in the patient; empty if it was no scan, or if the
     * record does not fit.
     */
    public static Optional<Affine> of(VolumeOrigin origin, VolumeShape volume) {
        List<Double> rows = origin.affine();
        if (rows == null
                || rows.size() != 12
                || origin.crop().size() != 3
                || origin.shape().size() != 3) {
            return Optional.empty();
        }
        Affine file = new Affine(rows.stream().mapToDouble(value -> value).toArray());
        return Orientation.of(file).map(orientation -> place(file, orientation, origin, volume));
    }

    private static Affine place(Affine file, Orientation orientation, VolumeOrigin origin, VolumeShape volume) {
        double[] place = new double[12];
        for (int row = 0; row < 3; row++) {
            double start = file.at(row, 3);
            for (int axis = 0; axis < 3; axis++) {
                int voxelAxis = orientation.voxelAxis(axis);
                boolean flipped = orientation.flipped()[voxelAxis];
                double column = flipped ? -file.at(row, voxelAxis) : file.at(row, voxelAxis);
                double first = origin.crop().get(axis).getFirst();
                double last = origin.crop().get(axis).getLast();
                int length = volume.size(axis);
                double step = length == 1 ? 1 : (last - first) / (length - 1);
                place[4 * row + axis] = column * step + 0.0; // + 0.0 makes 0 of -0
                start += column * first - (flipped ? column * (origin.shape().get(axis) - 1) : 0);
            }
            place[4 * row + 3] = start;
        }
        return new Affine(place);
    }
}
