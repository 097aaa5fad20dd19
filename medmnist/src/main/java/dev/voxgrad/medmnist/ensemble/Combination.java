package dev.voxgrad.medmnist.ensemble;

import java.util.Optional;
import java.util.OptionalDouble;

import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.model.EnsembleWeights;

/**
 * Holds the results of an ensemble with certain weights.
 *
 * @param name uniform or weighted
 * @param temperature fitted for these weights on validation, or {@link Temperature#OFF}
 * @param scores scores with the temperature, (N, classes)
 * @param metrics metrics of these scores
 * @param logLoss log-loss without temperature, in nats
 * @param temperedLogLoss log-loss with it
 * @param validation the same figures on the validation split, if something was fitted
 */
public record Combination(
        String name,
        EnsembleWeights weights,
        Temperature temperature,
        double[][] scores,
        Metrics metrics,
        double logLoss,
        double temperedLogLoss,
        Optional<OnValidation> validation) {
    /**
     * Holds the results on the split that the weights were fitted to.
     *
     * @param auc empty if a class does not occur in the split
     */
    public record OnValidation(OptionalDouble auc, double logLoss, double temperedLogLoss) {}

    /** Evaluates weights, also on {@code validation} if it is present. */
    static Combination of(
            String name,
            EnsembleWeights weights,
            Ensemble ensemble,
            Optional<Ensemble> validation,
            boolean fitTemperature) {
        Temperature temperature = fitTemperature
                ? validation
                        .map(split -> Temperature.fit(split.logLoss(split.logits(weights))))
                        .orElseThrow()
                : Temperature.OFF;
        double t = temperature.value();
        double[][] logits = ensemble.logits(weights);
        double[][] scores = ensemble.probabilities(divided(logits, t));
        return new Combination(
                name,
                weights,
                temperature,
                scores,
                metrics(ensemble, logits, scores),
                ensemble.logLoss(logits, 1),
                ensemble.logLoss(logits, t),
                validation.map(split -> onValidation(split, split.logits(weights), t)));
    }

    private static double[][] divided(double[][] logits, double temperature) {
        double[][] divided = new double[logits.length][];
        for (int i = 0; i < logits.length; i++) {
            divided[i] = logits[i].clone();
            for (int c = 0; c < divided[i].length; c++) {
                divided[i][c] /= temperature;
            }
        }
        return divided;
    }

    /**
     * Returns the metrics of the scores. By definition, a temperature changes nothing but the AUC of more than two
     * classes; so that scores which round to the same value do not suggest otherwise, the others are computed without
     * it.
     */
    private static Metrics metrics(Ensemble ensemble, double[][] logits, double[][] scores) {
        Metrics plain = ensemble.metrics(ensemble.probabilities(logits));
        return ensemble.data().task() == Task.MULTI_CLASS
                ? new Metrics(ensemble.metrics(scores).auc(), plain.accuracy())
                : plain;
    }

    /** Returns the metrics of other weights, with this temperature. */
    Metrics metrics(Ensemble ensemble, EnsembleWeights others) {
        double[][] logits = ensemble.logits(others);
        return metrics(ensemble, logits, ensemble.probabilities(divided(logits, temperature.value())));
    }

    /** Returns intervals of the metrics, computed from the same scores as these. */
    public Bootstrap intervals(Ensemble ensemble, long seed) {
        Bootstrap plain = ensemble.intervals(ensemble.scores(weights), seed);
        return ensemble.data().task() == Task.MULTI_CLASS && temperature.state() != Temperature.State.OFF
                ? new Bootstrap(ensemble.intervals(scores, seed).auc(), plain.accuracy())
                : plain;
    }

    private static OnValidation onValidation(Ensemble validation, double[][] logits, double temperature) {
        // Weights by log-loss and temperatures do not require an AUC.
        Metrics metrics = metrics(validation, logits, validation.probabilities(divided(logits, temperature)));
        return new OnValidation(
                metrics.hasAuc() ? OptionalDouble.of(metrics.auc()) : OptionalDouble.empty(),
                validation.logLoss(logits, 1),
                validation.logLoss(logits, temperature));
    }
}
