package dev.voxgrad.medmnist.cli.options;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.baseline.BaselineFiles;
import dev.voxgrad.medmnist.baseline.BaselineInfo;
import dev.voxgrad.medmnist.benchmark.AutomaticRow;
import dev.voxgrad.medmnist.benchmark.BenchmarkFolder;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.ensemble.SameVolumes;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.RunInfo;
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

    /** Holds what volumes a folder or file is of. */
    private record Volumes(
            Path place, DataSource data, @Nullable String md5) {
        void requireSame(Volumes other) {
            SameVolumes check = new SameVolumes(place, other.place);
            check.same("the name of the data", data.title(), other.data.title());
            check.volumes(md5, data, other.md5, other.data);
        }
    }

    /**
     * Checks, before anything is trained or written, that what the options name and the rows in the folder of a
     * benchmark are of the same volumes.
     *
     * @throws DataFileException names two that are not, and what differs
     */
    public void requireSameVolumes(BenchmarkFolder folder) {
        List<Volumes> all = volumes(folder);
        all.forEach(one -> all.getFirst().requireSame(one));
    }

    private List<Volumes> volumes(BenchmarkFolder folder) {
        List<Volumes> all = new ArrayList<>();
        folder.rows().stream()
                .map(row -> row.run().info())
                .map(info -> new Volumes(folder.path(), info.data(), info.dataMd5()))
                .forEach(all::add);
        folder.automaticRows().stream()
                .filter(row -> !isReplaced(row.kind()))
                .map(row -> new Volumes(folder.file(row.kind()), row.data(), row.dataMd5()))
                .forEach(all::add);
        if (search != null) {
            RunInfo info = RunFiles.open(bestTrial(search).run()).info();
            all.add(new Volumes(search, info.data(), info.dataMd5()));
        }
        if (baseline != null) {
            BaselineInfo info = BaselineFiles.open(baseline).info();
            all.add(new Volumes(baseline, info.data(), info.dataMd5()));
        }
        return all;
    }

    private boolean isReplaced(AutomaticRow.Kind kind) {
        return switch (kind) {
            case BASELINE -> baseline != null;
            case SEARCH -> search != null;
        };
    }

    /**
     * Scores what the options name, and adds its rows to the folder of a benchmark.
     *
     * @param device opens the device that scores the nets of a search
     * @throws DataFileException if it is of other volumes than the rows of the folder
     */
    public void addTo(BenchmarkFolder folder, DataOptions dataOptions, Supplier<Device> device) {
        requireSameVolumes(folder);
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
