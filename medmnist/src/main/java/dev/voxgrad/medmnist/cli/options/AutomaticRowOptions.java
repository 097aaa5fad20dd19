package dev.voxgrad.medmnist.cli.options;

import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.baseline.BaselineFiles;
import dev.voxgrad.medmnist.benchmark.AutomaticRow;
import dev.voxgrad.medmnist.benchmark.BenchmarkFolder;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.search.SearchFiles;
import dev.voxgrad.medmnist.search.Trial;

/** The options that put a baseline and a search into the rows of the published automatic methods. */
public final class AutomaticRowOptions {
    @Option(
            names = "--baseline",
            paramLabel = "BASELINE",
            description = "Folder of a baseline on the same volumes, whose figures are shown in the row of "
                    + "auto-sklearn; they are kept in DIR.")
    private @Nullable Path baseline;

    @Option(
            names = "--search",
            paramLabel = "SEARCH",
            description =
                    "Folder of a search on the same volumes: the figures of its best trial, with the best of its epochs, are shown in the row "
                            + "of AutoKeras, and kept in DIR.")
    private @Nullable Path search;

    /** Checks the folders, before anything is trained. */
    public void check() {
        if (baseline != null) {
            BaselineFiles.open(baseline);
        }
        if (search != null) {
            bestTrial(search);
        }
    }

    private static Trial bestTrial(Path search) {
        return SearchFiles.open(search).best(1).getFirst();
    }

    private static void addSearch(
            Path search, BenchmarkFolder folder, DataOptions dataOptions, Supplier<Device> device) {
        Trial best = bestTrial(search);
        TrainedModel trial = TrainedModel.bestSoFar(RunFiles.open(best.run()));
        VolumeData data = dataOptions.load(
                dataOptions.atRoot(trial.info().dataAsTaken()),
                trial.preparation(),
                Requirement.of("medmnist benchmark --search", "val", "test"));
        folder.write(AutomaticRow.of(
                AutomaticRow.name(search) + String.format(Locale.ROOT, "/%04d", best.number()),
                trial,
                seconds(SearchFiles.open(search)),
                data,
                device.get()));
    }

    private static double seconds(SearchFiles search) {
        return search.trialsWithoutLocks().stream().mapToDouble(Trial::seconds).sum();
    }

    /**
     * Scores what the options name, and adds its rows to the folder of a benchmark.
     *
     * @param device opens the device that scores the nets of a search
     */
    public void addTo(BenchmarkFolder folder, DataOptions dataOptions, Supplier<Device> device) {
        if (search != null) {
            addSearch(search, folder, dataOptions, device);
        }
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
