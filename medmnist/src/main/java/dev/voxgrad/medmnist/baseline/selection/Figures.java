package dev.voxgrad.medmnist.baseline.selection;

import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.baseline.model.Targets;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.metrics.UndefinedMetricException;

import static dev.voxgrad.medmnist.io.BadValueException.require;

/**
 * Holds the figures of predictions, as JSON can record them.
 *
 * @param logLoss mean of −ln p(true class) over volumes, or over volumes and labels, in nats
 * @param auc as {@link dev.voxgrad.medmnist.metrics.Metrics} defines it; null if it is undefined
 * @param accuracy share of correct answers, in [0, 1]
 */
public record Figures(double logLoss, @Nullable Double auc, double accuracy) {
    /** Refuses what an edited or damaged file may contain. */
    public Figures {
        require(logLoss >= 0 && Double.isFinite(logLoss), "log-loss", logLoss, "a finite number of at least 0");
        require(auc == null || auc >= 0 && auc <= 1, "auc", auc, "0 to 1, or null");
        require(accuracy >= 0 && accuracy <= 1, "accuracy", accuracy, "0 to 1");
    }

    /**
     * Computes the figures of predictions.
     *
     * @param labelNames names of the classes or labels, (K)
     * @param probabilities of the classes or labels, (N, K)
     */
    static Figures of(Task task, List<String> labelNames, Targets targets, double[][] probabilities) {
        Metrics metrics = metrics(task, labelNames, targets, probabilities);
        return new Figures(
                Criterion.LOG_LOSS.loss(targets, probabilities),
                metrics.hasAuc() ? metrics.auc() : null,
                metrics.accuracy());
    }

    private static Metrics metrics(Task task, List<String> labelNames, Targets targets, double[][] probabilities) {
        try {
            return targets.isMultiLabel()
                    ? Metrics.ofMultiLabel(labelNames, targets.rows(), probabilities)
                    : Metrics.of(task, labelNames, targets.columns()[0], probabilities);
        } catch (UndefinedMetricException e) {
            return new Metrics(Double.NaN, 1 - Criterion.ACCURACY.loss(targets, probabilities));
        }
    }
}
