package dev.voxgrad.medmnist.ensemble;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.RunFolder;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.run.json.RunJson;

import static dev.voxgrad.medmnist.io.BadValueException.requireAll;
import static dev.voxgrad.medmnist.io.BadValueException.requirePresent;

/**
 * Opens a folder for the results of several runs, or of runs with baselines, none of which is changed:
 *
 * <pre>
 * ensemble.json     the volumes that all results are of
 * summary.csv       one row per evaluated ensemble
 * results/          MedMNIST's standard result files
 * report.html       a page about the latest ensemble
 * </pre>
 *
 * <p>Results of the same volumes can be added to a folder.
 */
public final class EnsembleFolder {
    /** The name of the page. */
    public static final String PAGE = "report.html";

    private static final String FILE = "ensemble.json";

    private EnsembleFolder() {}

    /**
     * Describes the volumes: the contents of {@code ensemble.json}.
     *
     * @param data where they come from
     * @param dataMd5 MD5 of the data file; null if the volumes are made by code
     * @param task in MedMNIST's words
     */
    record Volumes(DataSource data, @Nullable String dataMd5, String task, List<String> labelNames) {
        /** Refuses what an edited or damaged file may contain. */
        Volumes {
            requirePresent("data", data);
            requirePresent("task", task);
            requireAll("labelNames", labelNames, "the names of all classes");
            labelNames = List.copyOf(labelNames);
        }

        static Volumes of(ModelLibrary library) {
            RunInfo info = library.first().model().info();
            return new Volumes(
                    info.data(), info.dataMd5(), library.first().model().task().officialName(), info.labelNames());
        }

        boolean areSame(Volumes other) {
            return Objects.equals(dataMd5, other.dataMd5)
                    && (dataMd5 != null || data.equals(other.data))
                    && task.equals(other.task)
                    && labelNames.equals(other.labelNames);
        }
    }

    /**
     * Checks that results can be written into a folder, before any work is done: it is new, empty, or one of earlier
     * results of the same volumes.
     *
     * @throws DataFileException if not
     */
    public static void require(Path folder, ModelLibrary library) {
        if (Files.notExists(folder)) {
            AtomicFile.requireWritable(folder.toAbsolutePath().normalize());
            return;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            if (Files.exists(folder.resolve(FILE))) {
                requireSame(new RunFolder(folder), library);
            } else if (entries.findAny().isPresent()) {
                throw new DataFileException(
                        folder.toString(),
                        "is not empty, and not a folder of earlier results of 'medmnist ensemble'; choose another --out");
            }
        } catch (IOException e) {
            throw new DataFileException(
                    folder.toString(),
                    "cannot be used for results: " + AtomicFile.describe(e) + "; choose another --out",
                    e);
        }
        AtomicFile.requireWritable(folder.resolve(FILE));
    }

    static Volumes read(RunFolder files) {
        Path file = files.file(FILE);
        return RunJson.read(files.read(file), Volumes.class, file.toString());
    }

    private static void requireSame(RunFolder files, ModelLibrary library) {
        if (!read(files).areSame(Volumes.of(library))) {
            throw new DataFileException(
                    files.path().toString(), "contains results of other volumes; choose another --out");
        }
    }

    /** Opens the folder, and makes it if it does not exist. */
    public static RunFolder open(Path folder, ModelLibrary library) {
        require(folder, library);
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new DataFileException(
                    folder.toString(), "cannot be made: " + AtomicFile.describe(e) + "; choose another --out", e);
        }
        RunFolder files = new RunFolder(folder);
        Path file = files.file(FILE);
        if (!files.exists(file)) {
            files.write(file, RunJson.write(Volumes.of(library)));
        }
        return files;
    }
}
