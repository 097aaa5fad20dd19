package dev.voxgrad.medmnist.ensemble;

import java.nio.file.Path;

import dev.voxgrad.medmnist.io.RunFolder;

/** What this package reads of a run, for tests in others. */
public final class EnsembleReaders {
    private EnsembleReaders() {}

    /** Reads {@code summary.csv}, and adds the columns that it lacks. */
    public static void readSummary(Path run) {
        SummaryFile.widen(new RunFolder(run));
    }
}
