package dev.voxgrad.medmnist.cli.options;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

import dev.voxgrad.medmnist.baseline.BaselineFiles;
import dev.voxgrad.medmnist.benchmark.AutomaticRow;
import dev.voxgrad.medmnist.benchmark.BenchmarkFolder;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.VolumeData;

/** The options that put a baseline and a search into the rows of the published automatic methods. */
public final class AutomaticRowOptions {
    @Option(
            names = "--baseline",
            paramLabel = "BASELINE",
            description = "Folder of a baseline on the same volumes, whose figures are shown in the row of "
                    + "auto-sklearn; they are kept in DIR.")
    private @Nullable Path baseline;

    /** Checks the folders, before anything is trained. */
    public void check() {
        if (baseline != null) {
            BaselineFiles.open(baseline);
        }
    }

    /** Scores what the options name, and adds its rows to the folder of a benchmark. */
    public void addTo(BenchmarkFolder folder, DataOptions dataOptions) {
        if (baseline != null) {
            BaselineFiles files = BaselineFiles.open(baseline);
            VolumeData data = dataOptions.load(
                    dataOptions.atRoot(files.info().data()),
                    files.info().preparation(),
                    Requirement.of("medmnist benchmark --baseline", "val", "test"));
            folder.write(AutomaticRow.of(files, data));
        }
    }
}
