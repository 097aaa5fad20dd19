package dev.voxgrad.medmnist.importing;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Records where a volume of a set came from.
 *
 * @param file name below the folder of images
 * @param patient the patient of the table; null without such a column
 * @param label the class number, or several 0 and 1
 * @param shape lengths of the scan along the patient's axes, X, Y, Z
 * @param spacing distances between its voxels along these axes, in millimetres
 * @param orientation directions of the file's axes, such as {@code LPS}; null for an array
 * @param affine of the file, 12 values row by row; null for an array
 * @param newSpacing distance between the volume's voxels, in millimetres
 * @param crop coordinates of the volume's first and last voxel in the scan along each of the patient's axes, in voxels
 *     of the scan from 0; negative or beyond the last voxel where the volume is padded
 * @param windows the values of each channel that became 0 and 255; empty if values were kept or it is a mask
 */
public record VolumeOrigin(
        String file,
        @Nullable String patient,
        List<Integer> label,
        List<Integer> shape,
        List<Double> spacing,
        @Nullable String orientation,
        @Nullable List<Double> affine,
        double newSpacing,
        List<List<Double>> crop,
        List<List<Double>> windows) {
    /** Returns the same record with the patient and the label of a line of the table. */
    VolumeOrigin of(TableRow row) {
        return new VolumeOrigin(
                row.file(), row.patient(), row.label(), shape, spacing, orientation, affine, newSpacing, crop, windows);
    }
}
