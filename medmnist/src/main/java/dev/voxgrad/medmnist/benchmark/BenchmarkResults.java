package dev.voxgrad.medmnist.benchmark;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.data.source.OfficialSet;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.nets.NetSpec;

/**
 * Holds everything that the table of a benchmark shows.
 *
 * @param folder the benchmark's folder
 * @param rows of nets, all of the same data
 * @param automatic rows of a baseline and a search, of the same data; at least one, if there is no other row
 */
public record BenchmarkResults(Path folder, List<BenchmarkRow> rows, List<AutomaticRow> automatic) {
    /**
     * Checks that the rows can be compared.
     *
     * @throws DataFileException if there is no row, or rows are of different data
     */
    public BenchmarkResults {
        if (rows.isEmpty() && automatic.isEmpty()) {
            throw new DataFileException(
                    folder.toString(), "has no row of a benchmark yet; train one first, with the same --out");
        }
        DataSource first = data(rows, automatic);
        for (BenchmarkRow row : rows) {
            requireSame(folder, first, row.net().name(), row.info().data());
        }
        for (AutomaticRow row : automatic) {
            requireSame(folder, first, row.name(), row.data());
        }
        rows = List.copyOf(rows);
        automatic = List.copyOf(automatic);
    }

    /** Holds rows of nets alone. */
    public BenchmarkResults(Path folder, List<BenchmarkRow> rows) {
        this(folder, rows, List.of());
    }

    private static void requireSame(Path folder, DataSource first, String row, DataSource data) {
        if (!data.title().equals(first.title())) {
            throw new DataFileException(
                    folder.toString(),
                    "has rows of different data, which cannot be compared: the first is of " + first.title() + ", "
                            + row + " of " + data.title() + "; move one of them to another folder");
        }
    }

    private static DataSource data(List<BenchmarkRow> rows, List<AutomaticRow> automatic) {
        return rows.isEmpty()
                ? automatic.getFirst().data()
                : rows.getFirst().info().data();
    }

    /** Reads all rows of a folder, or those of some nets. */
    public static BenchmarkResults read(BenchmarkFolder folder, Predicate<NetSpec> nets) {
        return new BenchmarkResults(
                folder.path(),
                folder.rows().stream()
                        .filter(row -> nets.test(row.net()))
                        .map(BenchmarkRow::read)
                        .toList(),
                folder.automaticRows());
    }

    private DataSource data() {
        return data(rows, automatic);
    }

    /** Returns the row that stands for a published method; empty if there is none. */
    public Optional<AutomaticRow> automatic(PublishedRow published) {
        return automatic.stream()
                .filter(row -> row.kind().method().equals(published.method()))
                .findFirst();
    }

    /** Returns the official set; empty for other volumes. */
    public Optional<DatasetInfo> set() {
        return data() instanceof OfficialSet source ? Optional.of(DatasetInfo.byFlag(source.flag())) : Optional.empty();
    }

    /** Returns the name of the data, with the size of the volumes of an official set. */
    public String dataName() {
        return data().title();
    }

    /** Returns whether the volumes have the size of the published ones. */
    boolean hasPublishedSize() {
        return data() instanceof OfficialSet source && source.size() == 28;
    }
}
