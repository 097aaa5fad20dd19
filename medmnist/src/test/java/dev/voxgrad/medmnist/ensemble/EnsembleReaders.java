package dev.voxgrad.medmnist.ensemble;

import java.nio.file.Path;

import dev.voxgrad.medmnist.io.RunFolder;

/** Gives tests in other packages access to what this package reads of a run. */
public final class EnsembleReaders {
    private EnsembleReaders() {}

    /** Reads {@code summary.csv}, and adds missing columns. */
    public static void readSummary(Path run) {
        SummaryFile.widen(new RunFolder(run));
    }

    /** Reads {@code ensemble.json}. */
    public static void readVolumes(Path folder) {
        EnsembleFolder.read(new RunFolder(folder));
    }
}
