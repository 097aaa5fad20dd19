package dev.voxgrad.medmnist.benchmark;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.data.source.OfficialSet;
import dev.voxgrad.medmnist.data.source.OwnFile;
import dev.voxgrad.medmnist.data.source.Synthetic;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.nets.NetSpec;

/**
 * Holds everything that the table of a benchmark shows.
 *
 * @param folder the benchmark's folder
 * @param rows at least one, all of the same data
 */
public record BenchmarkResults(Path folder, List<BenchmarkRow> rows) {
    /**
     * Checks that the rows can be compared.
     *
     * @throws DataFileException if there is no row, or rows are of different data
     */
    public BenchmarkResults {
        if (rows.isEmpty()) {
            throw new DataFileException(
                    folder.toString(), "has no row of a benchmark yet; train one first, with the same --out");
        }
        DataSource first = rows.getFirst().info().data();
        for (BenchmarkRow row : rows) {
            if (!name(row.info().data()).equals(name(first))) {
                throw new DataFileException(
                        folder.toString(),
                        "has rows of different data, which cannot be compared: "
                                + rows.getFirst().net().name() + " of " + name(first) + ", "
                                + row.net().name() + " of " + name(row.info().data())
                                + "; move one of them to another folder");
            }
        }
        rows = List.copyOf(rows);
    }

    /** Reads all rows of a folder, or those of some nets. */
    public static BenchmarkResults read(BenchmarkFolder folder, Predicate<NetSpec> nets) {
        return new BenchmarkResults(
                folder.path(),
                folder.rows().stream()
                        .filter(row -> nets.test(row.net()))
                        .map(BenchmarkRow::read)
                        .toList());
    }

    private DataSource data() {
        return rows.getFirst().info().data();
    }

    /** Returns the official set; empty for other volumes. */
    public Optional<DatasetInfo> set() {
        return data() instanceof OfficialSet source ? Optional.of(DatasetInfo.byFlag(source.flag())) : Optional.empty();
    }

    /** Returns the name of the data, with the size of the volumes of an official set. */
    public String dataName() {
        return name(data());
    }

    /** Returns whether the volumes have the size of the published ones. */
    boolean hasPublishedSize() {
        return data() instanceof OfficialSet source && source.size() == 28;
    }

    private static String name(DataSource source) {
        return switch (source) {
            case OfficialSet set -> DatasetInfo.byFlag(set.flag()).pythonClass() + ", " + set.size() + "³";
            case OwnFile own -> String.valueOf(Path.of(own.file()).getFileName());
            case Synthetic _ -> "SYNTHETIC shapes, made by code";
        };
    }
}
