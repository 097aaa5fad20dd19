package dev.voxgrad.medmnist.importing;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.TextFile;

/**
 * Reads the table that says which label each scan has: a CSV (RFC 4180) in UTF-8 whose first line names the columns, or
 * the CSV that MedMNIST's {@code save} writes, without such a line: split, file, labels.
 *
 * @param rows in the file's order
 * @param labelNames of the classes
 * @param hasSplits whether every row names its split
 */
public record LabelTable(List<TableRow> rows, List<String> labelNames, boolean hasSplits) {
    private static final Set<String> OFFICIAL_SPLITS = Set.of("TRAIN", "VALIDATION", "TEST");
    private static final String PATIENT = "patient";
    private static final String SPLIT = "split";

    /**
     * Reads a table.
     *
     * @param columns their names; of no effect without a line of names
     * @param classes names of the classes in their order; empty to take numbers as they are, and sort other labels
     * @throws DataFileException if a line cannot be used; the message names it
     */
    public static LabelTable read(Path file, TableColumns columns, List<String> classes) {
        List<CsvRecord> records = records(file);
        boolean official = records.getFirst().getFieldCount() >= 3
                && OFFICIAL_SPLITS.contains(records.getFirst().getField(0));
        Reader reader = official
                ? new Reader(
                        file,
                        1,
                        IntStream.range(2, records.getFirst().getFieldCount()).toArray(),
                        -1,
                        0)
                : Reader.byNames(file, records.removeFirst(), columns);
        if (records.isEmpty()) {
            throw new DataFileException(file.toString(), "has no line after the names of its columns");
        }
        List<String> names = official && reader.labels.length > 1
                ? IntStream.range(0, reader.labels.length)
                        .mapToObj(String::valueOf)
                        .toList()
                : columns.labels();
        LabelNames labels = reader.labels.length == 1
                ? LabelNames.ofClasses(reader.texts(records), classes)
                : LabelNames.ofColumns(names);
        return new LabelTable(reader.rows(records, labels), labels.names(), reader.split >= 0);
    }

    private static List<CsvRecord> records(Path file) {
        try (CsvReader<CsvRecord> csv = CsvReader.builder().skipEmptyLines(true).ofCsvRecord(TextFile.text(file))) {
            List<CsvRecord> records = new ArrayList<>();
            csv.forEach(records::add);
            if (records.isEmpty()) {
                throw new DataFileException(
                        file.toString(), "is empty; expected names of columns, and a line per scan");
            }
            return records;
        } catch (CsvParseException | IOException e) {
            throw new DataFileException(
                    file.toString(), "is not a CSV: " + TextFile.shown(String.valueOf(e.getMessage())), e);
        }
    }

    /** Finds the values of a line; −1 stands for a column that the table lacks. */
    private record Reader(Path file, int name, int[] labels, int patient, int split) {
        static Reader byNames(Path file, CsvRecord header, TableColumns columns) {
            List<String> names = header.getFields().stream().map(String::strip).toList();
            if (names.size() == 1 && names.getFirst().contains(";")) {
                throw new DataFileException(
                        file.toString(), "has semicolons between its fields; expected commas. Save it as a plain CSV");
            }
            Columns found = new Columns(file, names);
            return new Reader(
                    file,
                    found.required(columns.file(), "--file-column"),
                    columns.labels().stream()
                            .mapToInt(label -> found.required(label, "--label-column"))
                            .toArray(),
                    found.optional(columns.patient(), PATIENT, "--patient-column"),
                    found.optional(columns.split(), SPLIT, "--split-column"));
        }

        private String where(CsvRecord record) {
            return file + " line " + record.getStartingLineNumber();
        }

        private String value(CsvRecord record, int column, String what) {
            String value =
                    column < record.getFieldCount() ? record.getField(column).strip() : "";
            if (value.isEmpty()) {
                throw new DataFileException(where(record), "has no " + what + "; fill it in, or remove the line");
            }
            return value;
        }

        List<String> texts(List<CsvRecord> records) {
            return records.stream()
                    .map(record -> value(record, labels[0], "label"))
                    .toList();
        }

        List<TableRow> rows(List<CsvRecord> records, LabelNames names) {
            List<TableRow> rows = new ArrayList<>();
            Map<String, Integer> lineOf = new HashMap<>();
            for (CsvRecord record : records) {
                TableRow row = row(record, names);
                Integer earlier = lineOf.putIfAbsent(row.file(), row.line());
                if (earlier != null) {
                    throw new DataFileException(
                            where(record),
                            "names '" + TextFile.shown(row.file()) + "', as line " + earlier
                                    + " does; expected each file once");
                }
                rows.add(row);
            }
            return rows;
        }

        private TableRow row(CsvRecord record, LabelNames names) {
            List<Integer> label = new ArrayList<>();
            for (int column : labels) {
                String text = value(record, column, "label");
                try {
                    label.add(names.number(text));
                } catch (IllegalArgumentException e) {
                    throw new DataFileException(where(record), "label " + e.getMessage(), e);
                }
            }
            return new TableRow(
                    (int) record.getStartingLineNumber(),
                    value(record, name, "file name"),
                    label,
                    patient < 0 ? null : value(record, patient, "patient"),
                    split < 0 ? null : split(record));
        }

        private SetSplit split(CsvRecord record) {
            String text = value(record, split, "split");
            return SetSplit.byName(text)
                    .orElseThrow(() -> new DataFileException(
                            where(record),
                            "split '" + TextFile.shown(text) + "' is unknown; expected train, val or test"));
        }
    }

    /** Finds columns by their names. */
    private record Columns(Path file, List<String> names) {
        Columns {
            if (new HashSet<>(names).size() < names.size()) {
                throw new DataFileException(file.toString(), "names a column twice in its first line; rename one");
            }
        }

        int required(String name, String option) {
            int column = names.indexOf(name);
            if (column < 0) {
                throw new DataFileException(
                        file.toString(),
                        "has no column '" + name + "'; its first line names " + TextFile.shown(String.join(", ", names))
                                + ". Choose one with " + option);
            }
            return column;
        }

        int optional(@Nullable String name, String otherwise, String option) {
            return name == null ? names.indexOf(otherwise) : required(name, option);
        }
    }

    /**
     * Requires the files to exist.
     *
     * @param images the folder
     * @return the file of each row
     * @throws DataException if some are missing, or are outside the folder; the message lists the first ones
     */
    public List<Path> files(Path images) {
        return ScanFolder.files(images, rows);
    }
}
