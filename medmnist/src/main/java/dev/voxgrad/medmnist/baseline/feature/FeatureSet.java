package dev.voxgrad.medmnist.baseline.feature;

import java.util.List;

import dev.voxgrad.medmnist.data.VolumeShape;

/**
 * Computes the same features of every volume. The result depends on the volume alone, and every feature of every volume
 * is finite; so sets can be used by several threads at once.
 */
public interface FeatureSet {
    /** Returns the name by which {@link FeatureSets} finds this set, such as {@code shape+grid7}. */
    String flag();

    /** Returns the name of each feature of volumes of this shape, (F). */
    List<String> names(VolumeShape shape);

    /** Returns the number of features of volumes of this shape, F; long, since raw voxels may be too many for a row. */
    long count(VolumeShape shape);

    /**
     * Computes the features of one volume.
     *
     * @param volume values from 0 to 1, (X, Y, Z, C), as {@link dev.voxgrad.medmnist.data.Split#values} returns them;
     *     not changed
     * @param shape of the volume
     * @return (F), in the order of {@link #names}
     */
    double[] of(float[] volume, VolumeShape shape);
}
