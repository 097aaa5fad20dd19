package dev.voxgrad.medmnist.baseline.feature;

import java.util.List;

/** Computes features of a mask that has at least one voxel inside. Features of an empty mask are 0 by definition. */
interface MaskFeatures {
    /** Returns the name of each feature, (F). */
    List<String> names();

    /** Computes the features, all of them finite, (F). */
    double[] of(Mask mask);
}
