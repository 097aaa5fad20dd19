package dev.voxgrad.medmnist.baseline;

import java.util.HashMap;
import java.util.Map;

import dev.voxgrad.medmnist.baseline.feature.FeatureSets;
import dev.voxgrad.medmnist.baseline.feature.FeatureTable;
import dev.voxgrad.medmnist.baseline.feature.VolumeKind;
import dev.voxgrad.medmnist.baseline.model.FeatureMatrix;
import dev.voxgrad.medmnist.data.Split;

/** Computes the features of a split when they are first needed, and keeps them. Labels are not read. */
final class FeatureTables {
    private final VolumeKind kind;
    private final Split split;
    private final int threads;
    private final Progress progress;
    private final Map<String, FeatureMatrix> tables = new HashMap<>();

    /** Receives the number of volumes whose features are known. */
    @FunctionalInterface
    interface Progress {
        void done(String set, String split, int done, int all);
    }

    FeatureTables(VolumeKind kind, Split split, int threads, Progress progress) {
        this.kind = kind;
        this.split = split;
        this.threads = threads;
        this.progress = progress;
    }

    /** Returns the features of all volumes, (N, F), by the flag of a set. */
    FeatureMatrix of(String flag) {
        return tables.computeIfAbsent(
                flag,
                set -> new FeatureMatrix(FeatureTable.of(
                                FeatureSets.of(set, kind),
                                split,
                                threads,
                                done -> progress.done(set, split.name(), done, split.size()))
                        .rows()));
    }
}
