package dev.voxgrad.medmnist.report;

import java.nio.file.Path;

import dev.voxgrad.medmnist.io.RunFolder;

/** Gives tests in other packages access to what this package reads of a run. */
public final class ReportReaders {
    private ReportReaders() {}

    /** Reads {@code history.csv} and, if it exists, {@code timings.csv}. */
    public static void readHistory(Path run) {
        History.read(new RunFolder(run)).members().size();
    }
}
