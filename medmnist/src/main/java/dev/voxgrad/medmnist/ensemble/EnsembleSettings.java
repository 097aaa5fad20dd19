package dev.voxgrad.medmnist.ensemble;

import java.util.Optional;

import dev.voxgrad.medmnist.train.Predictor;

/**
 * How the models of a run are to be combined.
 *
 * @param given weights given by hand
 * @param method how to find weights that multiply those; none for the given ones as they are
 * @param temperature whether to fit one
 * @param augmentation of the volumes that the models see, on the validation split too
 */
public record EnsembleSettings(
        EnsembleWeights given,
        Optional<WeightMethod> method,
        boolean temperature,
        Predictor.Augmentation augmentation) {
    /** The given weights as they are, on plain volumes. */
    public static EnsembleSettings plain(EnsembleWeights given) {
        return new EnsembleSettings(given, Optional.empty(), false, Predictor.Augmentation.OFF);
    }

    /** Whether something is fitted, so that the models must see the validation split. */
    public boolean needsValidation() {
        return temperature || method.filter(WeightMethod::needsValidation).isPresent();
    }
}
