package dev.voxgrad.medmnist.report;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

import dev.voxgrad.medmnist.io.BadValueException;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.RunFolder;
import dev.voxgrad.medmnist.io.TextFile;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/**
 * Holds the learning curves of a run, read from its {@code history.csv}. Columns are found by their names; if there are
 * several rows for the same epoch, the last one counts.
 *
 * @param members epochs of each member that has started, in order of their numbers, by the member's index
 * @param seconds duration of all epochs together, from {@code timings.csv} or, in runs of older versions, the history
 *     itself; NaN if neither has it
 */
record History(SortedMap<Integer, List<Epoch>> members, double seconds) {
    private static final List<String> COLUMNS = List.of("member", "net", "epoch", "train_loss", "val_auc", "val_acc");
    /** The longest duration of an epoch that is accepted: thirty years. */
    private static final double MOST_SECONDS = 1e9;

    /**
     * Represents one epoch of one member.
     *
     * @param net name of the member's net
     * @param number number of the epoch, from 1
     * @param trainLoss mean loss over the training volumes
     * @param auc AUC on the validation split after the epoch
     * @param accuracy accuracy on the validation split after the epoch
     */
    record Epoch(String net, int number, double trainLoss, double auc, double accuracy) {}

    /** Contains no epochs. */
    static final History NONE = new History(Collections.emptySortedMap(), Double.NaN);

    /**
     * Reads the table of a run.
     *
     * @throws DataFileException if it is missing or damaged
     */
    static History read(RunFolder folder) {
        Path file = folder.file("history.csv");
        List<String> lines = lines(folder, file);
        List<String> header = header(lines);
        if (!header.containsAll(COLUMNS)) {
            throw new DataFileException(
                    file.toString(),
                    "has the columns " + TextFile.shown(header.toString()) + "; expected " + COLUMNS + " among them");
        }
        SortedMap<Integer, SortedMap<Integer, Epoch>> members = new TreeMap<>();
        for (String line : lines.subList(1, lines.size())) {
            try {
                add(members, header, line.split(",", -1));
            } catch (IllegalArgumentException e) {
                throw new DataFileException(
                        file.toString(),
                        "has the damaged row '" + TextFile.shown(line) + "'; remove it ("
                                + TextFile.shown(String.valueOf(e.getMessage())) + ")",
                        e);
            }
        }
        SortedMap<Integer, List<Epoch>> lists = new TreeMap<>();
        members.forEach((member, epochs) -> lists.put(member, List.copyOf(epochs.values())));
        Path timings = folder.file("timings.csv");
        return new History(
                lists, folder.exists(timings) ? seconds(timings, lines(folder, timings)) : seconds(file, lines));
    }

    private static List<String> lines(RunFolder folder, Path file) {
        return folder.lines(file).stream().filter(line -> !line.isBlank()).toList();
    }

    private static List<String> header(List<String> lines) {
        return lines.isEmpty() ? List.of() : Arrays.asList(lines.getFirst().split(","));
    }

    private static double seconds(Path file, List<String> lines) {
        int column = header(lines).indexOf("seconds");
        if (column < 0) {
            return Double.NaN;
        }
        try {
            return lines.stream()
                    .skip(1)
                    .mapToDouble(line -> duration(field(line.split(",", -1), column)))
                    .sum();
        } catch (IllegalArgumentException e) {
            throw new DataFileException(
                    file.toString(),
                    "has a damaged row: " + TextFile.shown(String.valueOf(e.getMessage())) + "; remove it",
                    e);
        }
    }

    private static String field(String[] fields, int column) {
        BadValueException.require(
                column < fields.length, "its length", fields.length + " fields", "at least " + (column + 1));
        return fields[column];
    }

    private static double duration(String text) {
        double seconds = Double.parseDouble(text);
        BadValueException.require(seconds >= 0 && seconds <= MOST_SECONDS, "seconds", seconds, "0 to " + MOST_SECONDS);
        return seconds;
    }

    /** Returns a figure from 0 to 1. */
    private static double share(String text) {
        double value = Double.parseDouble(text);
        if (!(value >= 0 && value <= 1)) {
            throw new NumberFormatException("'" + text + "' is not in [0, 1]");
        }
        return value;
    }

    private static void add(
            SortedMap<Integer, SortedMap<Integer, Epoch>> members, List<String> header, String[] fields) {
        String[] values = COLUMNS.stream()
                .map(column -> field(fields, header.indexOf(column)))
                .toArray(String[]::new);
        int index = Integer.parseInt(values[0]);
        BadValueException.requireWithin("member", index, 0, TrainSettings.MOST_MODELS - 1);
        int number = Integer.parseInt(values[2]);
        BadValueException.requireWithin("epoch", number, 1, TrainSettings.MOST_EPOCHS);
        double loss = Double.parseDouble(values[3]);
        BadValueException.require(Double.isFinite(loss), "train_loss", loss, "a finite number");
        Epoch epoch = new Epoch(values[1], number, loss, share(values[4]), share(values[5]));
        members.computeIfAbsent(index, member -> new TreeMap<>()).put(epoch.number(), epoch);
    }
}
