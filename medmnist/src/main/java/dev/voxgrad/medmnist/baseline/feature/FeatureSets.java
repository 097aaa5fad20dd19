package dev.voxgrad.medmnist.baseline.feature;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

import dev.voxgrad.medmnist.io.DataException;

/** Finds sets of features by their flags. */
public final class FeatureSets {
    private static final List<String> SIMPLE = List.of("shape", "grid7", "grid14", "voxels");

    private FeatureSets() {}

    /** Returns the flags of the sets; {@link #of} takes combinations of them, too. */
    public static List<String> flags() {
        return SIMPLE;
    }

    /**
     * Returns a set.
     *
     * @param flag one of {@link #flags}, or several different ones, such as {@code shape+grid7}
     * @param kind of the volumes, as {@link VolumeKind#of} found it in the training split
     * @throws DataException if there is no such set
     */
    public static FeatureSet of(String flag, VolumeKind kind) {
        List<String> parts = List.of(flag.split("\\+", -1));
        if (new HashSet<>(parts).size() < parts.size()) {
            throw new DataException("features " + flag + ": a set occurs twice; expected different sets");
        }
        List<FeatureSet> sets = new ArrayList<>();
        for (String part : parts) {
            sets.add(simple(part, kind));
        }
        return sets.size() == 1 ? sets.getFirst() : new CombinedFeatures(sets);
    }

    private static FeatureSet simple(String flag, VolumeKind kind) {
        return switch (flag) {
            case "shape" -> new ShapeFeatures(kind);
            case "grid7" -> new GridMeans(7);
            case "grid14" -> new GridMeans(14);
            case "voxels" -> new VoxelValues();
            default ->
                throw new DataException("unknown features '" + flag + "'; known ones are " + String.join(", ", SIMPLE)
                        + ", and combinations such as shape+grid7");
        };
    }
}
