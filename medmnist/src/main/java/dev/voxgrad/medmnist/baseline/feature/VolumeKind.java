package dev.voxgrad.medmnist.baseline.feature;

import java.util.Locale;

import dev.voxgrad.medmnist.data.Split;

/** Says whether volumes are masks, whose voxels are inside or outside of something, or grey. */
public enum VolumeKind {
    /** Each voxel is 0 (outside), or the one other value of the set (inside). */
    MASKS,
    /** Voxels have more than two values, or two without 0. */
    GREY;

    /**
     * Finds out the kind from all volumes of a split. Pass the training split only: what is decided for a data set may
     * not depend on its other splits.
     */
    public static VolumeKind of(Split train) {
        float inside = 0;
        for (int i = 0; i < train.size(); i++) {
            for (float value : train.values(i)) {
                if (value != 0 && inside != 0 && value != inside) {
                    return GREY;
                }
                inside = value == 0 ? inside : value;
            }
        }
        return MASKS;
    }

    /** Returns the name in files: {@code masks} or {@code grey}. */
    public String flag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
