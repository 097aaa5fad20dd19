package dev.voxgrad.medmnist.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.RunFolder;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.json.RunJson;

/**
 * Finds and creates the rows of a benchmark, each a run in a folder named after its net:
 *
 * <pre>
 * resnet18-3d/, resnet18-acs/, …       one run per row: {@link RowFiles}
 * baseline-row.json, search-row.json   figures of a baseline and of a search: {@link AutomaticRow}
 * benchmark.md, .csv, .html            the table of what is finished
 * benchmark.lock                       locked while a process creates a row
 * </pre>
 *
 * <p>Several processes can work on one folder: each row is created once, and each member of a row is trained by the
 * process that holds its lock.
 *
 * @param path the folder, which may not exist yet
 */
public record BenchmarkFolder(Path path) {
    /** Returns whether a folder is a benchmark's: it is no run, but has at least one row. */
    public static boolean isAt(Path folder) {
        BenchmarkFolder benchmark = new BenchmarkFolder(folder);
        return Files.notExists(folder.resolve(RunFiles.RUN_FILE))
                && (!benchmark.rows().isEmpty() || !benchmark.automaticRows().isEmpty());
    }

    /** Returns the rows of a baseline and of a search, as far as they were added. */
    public List<AutomaticRow> automaticRows() {
        RunFolder files = new RunFolder(path);
        return Files.isDirectory(path)
                ? Arrays.stream(AutomaticRow.Kind.values())
                        .map(this::file)
                        .filter(files::exists)
                        .map(file -> RunJson.read(files.read(file), AutomaticRow.class, file.toString()))
                        .toList()
                : List.of();
    }

    /** Adds the row of a baseline or a search, or replaces an earlier one. */
    public void write(AutomaticRow row) {
        RunFolder files = make();
        files.write(file(row.kind()), RunJson.write(row));
    }

    /** Returns the file of the row of a baseline or a search, which may not exist yet. */
    public Path file(AutomaticRow.Kind kind) {
        return path.resolve(kind.name().toLowerCase(Locale.ROOT) + "-row.json");
    }

    /** Returns the folder of a net's row, which may not exist yet. */
    public Path row(NetSpec net) {
        return path.resolve(net.name());
    }

    /** Returns all rows: those of published methods in the order of their table, then the others. */
    public List<RowFiles> rows() {
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(path)) {
            return folders.filter(folder -> Files.exists(folder.resolve(RunFiles.RUN_FILE)))
                    .map(folder -> open(folder))
                    .filter(row -> row.run().folder().endsWith(row.net().name()))
                    .sorted(Comparator.comparingInt(BenchmarkFolder::position))
                    .toList();
        } catch (IOException e) {
            throw new DataFileException(path.toString(), "cannot be read: " + AtomicFile.describe(e), e);
        }
    }

    private static int position(RowFiles row) {
        int published = PublishedRow.ofBenchmark().stream()
                .map(PublishedRow::net)
                .toList()
                .indexOf(row.net().name());
        return published >= 0
                ? published
                : PublishedRow.ofBenchmark().size() + Nets.all().indexOf(row.net());
    }

    private static RowFiles open(Path folder) {
        return new RowFiles(RunFiles.open(folder));
    }

    /**
     * Opens the row of a net, and creates it first if there is none. A row that another process creates at the same
     * time is created once, and one whose creation was interrupted is created from the start.
     *
     * @param creator creates a run in the folder that it receives
     */
    public RowFiles openOrCreate(NetSpec net, Function<Path, RunFiles> creator) {
        return make().locked("benchmark.lock", () -> {
            Path folder = row(net);
            if (Files.notExists(folder.resolve(RunFiles.RUN_FILE))) {
                RunFiles.createWhole(folder, creator);
            }
            return open(folder);
        });
    }

    /**
     * Makes the folder, unless it exists, and returns its files.
     *
     * @throws DataFileException if it cannot be made
     */
    public RunFolder make() {
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw new DataFileException(
                    path.toString(), "cannot be made: " + AtomicFile.describe(e) + "; choose another --out", e);
        }
        return new RunFolder(path);
    }
}
