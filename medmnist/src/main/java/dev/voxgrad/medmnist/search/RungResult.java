package dev.voxgrad.medmnist.search;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.search.strategy.Score;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/**
 * Contains the validation figures of a trial at a rung: those of its best model so far.
 *
 * @param epochs that it was trained for
 * @param bestEpoch the epoch of its best model, from 1
 * @param auc validation AUC of that model
 * @param accuracy its validation accuracy
 * @param logLoss its validation log-loss, in nats per volume (and label, in a multi-label task)
 * @param interval 95 % bootstrap interval of the AUC; null if a class is so rare that hardly any resample has it
 */
public record RungResult(
        int epochs, int bestEpoch, double auc, double accuracy, double logLoss, Bootstrap.@Nullable Interval interval) {
    /** Refuses what an edited or damaged file may contain. */
    public RungResult {
        requireWithin("epochs", epochs, 1, TrainSettings.MOST_EPOCHS);
        requireWithin("best-epoch", bestEpoch, 1, epochs);
        requireShare("auc", auc);
        requireShare("accuracy", accuracy);
        require(logLoss >= 0 && Double.isFinite(logLoss), "log-loss", logLoss, "zero or more");
        if (interval != null) {
            requireShare("interval", interval.low());
            requireShare("interval", interval.high());
        }
    }

    private static void requireShare(String name, double value) {
        require(value >= 0 && value <= 1, name, value, "a number from 0 to 1");
    }

    /** Returns what trials are compared by. */
    public Score score() {
        return new Score(auc, logLoss);
    }
}
