package dev.voxgrad.medmnist.run.member;

import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.io.TextFile;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/**
 * Describes a finished member: one row of {@code members.csv}.
 *
 * @param index in the run
 * @param bestEpoch the epoch of its best model, from 1
 * @param best validation figures of the best model
 * @param last validation figures of the last model
 * @param lastEpoch the epoch of its last model, which is early if patience ended the training; 0 if it is unknown
 */
public record MemberResult(int index, NetSpec net, int bestEpoch, Metrics best, Metrics last, int lastEpoch) {
    /** Refuses what an edited or damaged table may contain. */
    public MemberResult {
        requireWithin("member", index, 0, TrainSettings.MOST_MODELS - 1);
        require(isDefined(best) && isDefined(last), "validation", best + " and " + last, "figures from 0 to 1");
        requireWithin("best_epoch", bestEpoch, 1, TrainSettings.MOST_EPOCHS);
        requireWithin("last_epoch", lastEpoch, 0, TrainSettings.MOST_EPOCHS);
    }

    /** The column that older versions lack; versions before checkpoints had seconds instead. */
    private static final String LAST_EPOCH = "last_epoch";

    private static final List<String> COLUMNS = List.of(
            "member",
            "net",
            "optimizer",
            "lr",
            "weight_decay",
            "best_epoch",
            "best_val_auc",
            "best_val_acc",
            "last_val_auc",
            "last_val_acc");

    private static boolean isDefined(Metrics metrics) {
        return Double.isFinite(metrics.auc()) && Double.isFinite(metrics.accuracy());
    }

    /** Returns the first line of {@code members.csv}. */
    public static String header() {
        return String.join(",", COLUMNS) + "," + LAST_EPOCH;
    }

    /**
     * Reads a row of {@code members.csv}.
     *
     * @param header the table's first line
     * @throws IllegalArgumentException if the row does not fit the table
     */
    public static MemberResult parse(String header, String row) {
        List<String> columns = List.of(header.split(",", -1));
        String[] fields = row.split(",", -1);
        if (fields.length != columns.size() || fields.length < COLUMNS.size()) {
            throw new IllegalArgumentException(fields.length + " fields, expected " + columns.size());
        }
        int lastEpoch = columns.indexOf(LAST_EPOCH);
        return new MemberResult(
                count(fields, 0),
                Nets.named(TextFile.shown(fields[1])),
                count(fields, 5),
                new Metrics(figure(fields, 6), figure(fields, 7)),
                new Metrics(figure(fields, 8), figure(fields, 9)),
                lastEpoch < 0 ? 0 : count(fields, lastEpoch));
    }

    private static int count(String[] fields, int column) {
        try {
            return Integer.parseInt(fields[column]);
        } catch (NumberFormatException e) {
            throw wrong(fields, column, "a whole number", e);
        }
    }

    /** Parses an AUC or accuracy of the validation split, where both are defined. */
    private static double figure(String[] fields, int column) {
        try {
            double value = Double.parseDouble(fields[column]);
            if (value >= 0 && value <= 1) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw wrong(fields, column, "a number from 0 to 1", e);
        }
        throw wrong(fields, column, "0 to 1", null);
    }

    private static IllegalArgumentException wrong(
            String[] fields, int column, String expected, @Nullable Exception cause) {
        String name = column < COLUMNS.size() ? COLUMNS.get(column) : LAST_EPOCH;
        return new IllegalArgumentException(
                name + " is " + TextFile.shown(fields[column]) + "; expected " + expected, cause);
    }
}
