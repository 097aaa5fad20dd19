package dev.voxgrad.medmnist.report;

import java.nio.file.Path;

import dev.voxgrad.medmnist.io.RunFolder;

/** What this package reads of a run, for tests in others. */
public final class ReportReaders {
    private ReportReaders() {}

    /** Reads {@code history.csv} and, if it is there, {@code timings.csv}. */
    public static void readHistory(Path run) {
        History.read(new RunFolder(run)).members().size();
    }
}
