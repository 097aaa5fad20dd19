package dev.voxgrad.medmnist.metrics;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.TextFile;

/**
 * Reads and writes MedMNIST's standard result file: a CSV with the scores of one split, named after the data set, the
 * split and the results.
 *
 * <p>The name is <code>{flag}_{split}_[AUC]{auc}_[ACC]{acc}@{run}.csv</code>, with {@code _{size}} after the flag
 * for volumes other than 28³; only flag, size and split are read from it. Each line is the sample's index and its
 * scores, {@code 0,0.25,0.75}; the lines may come in any order. Source: {@code medmnist/evaluator.py} of the
 * Python package.
 *
 * @param path location of the file
 * @param flag the data set
 * @param size edge length of the volumes
 * @param split train, val or test
 * @param scores (N, columns), in order of the index
 */
public record StandardResultFile(Path path, String flag, int size, String split, double[][] scores) {
    private static final int PLAIN_SIZE = 28;
    private static final Pattern NAME = Pattern.compile("([a-z0-9]+?)(?:_(\\d{1,4}))?_(train|val|test).*\\.csv");

    /**
     * Reads a file, with or without a byte-order mark, and with lines that end in LF or CRLF.
     *
     * @throws DataFileException if the name or a line is malformed; the message names the line
     */
    public static StandardResultFile read(Path path) {
        Matcher name = NAME.matcher(String.valueOf(path.getFileName()));
        if (!name.matches()) {
            throw new DataFileException(
                    path.toString(),
                    "is not named as a standard result file; expected a name "
                            + "such as adrenalmnist3d_test_[AUC]0.870_[ACC]0.795@run1.csv or "
                            + "adrenalmnist3d_64_val@2.csv");
        }
        int size = name.group(2) == null ? PLAIN_SIZE : Integer.parseInt(name.group(2));
        return new StandardResultFile(path, name.group(1), size, name.group(3), parse(path, TextFile.lines(path)));
    }

    private static double[][] parse(Path path, List<String> lines) {
        int count = (int) lines.stream().filter(line -> !line.isBlank()).count();
        if (count == 0) {
            throw new DataFileException(path.toString(), "is empty; expected one line per sample");
        }
        double[][] scores = new double[count][];
        int columns = -1;
        for (int n = 0; n < lines.size(); n++) {
            if (lines.get(n).isBlank()) {
                continue;
            }
            String where = path + " line " + (n + 1);
            if (lines.get(n).indexOf(';') >= 0) {
                throw new DataFileException(
                        where,
                        "has semicolons; expected commas between fields, and points in "
                                + "numbers. A spreadsheet writes such files where the decimal mark is a comma: save "
                                + "it in "
                                + "another format, as a plain CSV");
            }
            String[] fields = lines.get(n).split(",", -1);
            columns = columns < 0 ? fields.length : columns;
            if (fields.length < 2 || fields.length != columns) {
                throw new DataFileException(
                        where,
                        "has " + fields.length + " fields; expected an index and "
                                + (columns < 2 ? "at least one score" : columns - 1 + " scores as in the first line"));
            }
            int index = index(fields[0], count, where);
            if (scores[index] != null) {
                throw new DataFileException(
                        where,
                        "index " + index + " occurs a second time; expected each of 0 to " + (count - 1) + " once");
            }
            scores[index] = new double[columns - 1];
            for (int c = 1; c < columns; c++) {
                scores[index][c - 1] = score(fields[c], where);
            }
        }
        return scores;
    }

    private static int index(String field, int count, String where) {
        try {
            int index = Integer.parseInt(field.strip());
            if (index >= 0 && index < count) {
                return index;
            }
        } catch (NumberFormatException e) {
            throw new DataFileException(
                    where,
                    "index '" + TextFile.shown(field) + "' is not a whole number; " + "expected 0 to " + (count - 1)
                            + ", and no header line",
                    e);
        }
        throw new DataFileException(
                where,
                "index " + field.strip() + " leaves a gap: the file has " + count + " lines; expected each of 0 to "
                        + (count - 1) + " once");
    }

    private static double score(String field, String where) {
        try {
            return TextFile.decimal(field);
        } catch (NumberFormatException e) {
            throw new DataFileException(where, "score " + e.getMessage(), e);
        }
    }

    /**
     * Returns the metrics of these scores on their data set, with NaN as AUC if it is undefined.
     *
     * @throws DataFileException if the numbers of samples or classes differ
     */
    public Metrics evaluate(VolumeData data) {
        int samples = data.split(split).size();
        int columns = scores[0].length;
        if (scores.length != samples) {
            throw new DataFileException(
                    path.toString(),
                    "has scores of " + scores.length + " samples; " + data.name() + " has " + samples + " in " + split);
        }
        if (columns != data.classes() && !(columns == 1 && data.classes() == 2)) {
            throw new DataFileException(
                    path.toString(),
                    "has " + columns + " scores per sample; " + data.name() + " has " + data.classes() + " classes");
        }
        return Metrics.whereDefined(data, data.split(split), scores);
    }

    /**
     * Returns the standard name; figures are rounded to three decimals, as Python's {@code :.3f} does, including NaN.
     */
    public static String fileName(String flag, int size, String split, Metrics metrics, String run) {
        return flag + (size == PLAIN_SIZE ? "" : "_" + size) + "_" + split + "_[AUC]" + threeDecimals(metrics.auc())
                + "_[ACC]" + threeDecimals(metrics.accuracy()) + "@" + run + ".csv";
    }

    private static String threeDecimals(double value) {
        return Double.isNaN(value)
                ? "nan"
                : new BigDecimal(value).setScale(3, RoundingMode.HALF_EVEN).toPlainString();
    }

    /**
     * Writes scores under the standard name; the file appears complete or not at all.
     *
     * @param folder an existing folder
     * @param run the run's name, at the end of the file's name
     * @return the file that was written
     */
    public static StandardResultFile write(
            Path folder, String flag, int size, String split, Metrics metrics, String run, double[][] scores) {
        Path path = folder.resolve(fileName(flag, size, split, metrics, run));
        AtomicFile.write(path, text(scores));
        return new StandardResultFile(path, flag, size, split, scores);
    }

    /** Returns the content of a file with these scores, (N, columns). */
    public static String text(double[][] scores) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < scores.length; i++) {
            text.append(i);
            Arrays.stream(scores[i]).forEach(score -> text.append(',').append(score));
            text.append('\n');
        }
        return text.toString();
    }
}
