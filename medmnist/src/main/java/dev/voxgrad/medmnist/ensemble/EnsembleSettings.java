package dev.voxgrad.medmnist.ensemble;

import java.util.Optional;

import dev.voxgrad.medmnist.model.EnsembleWeights;
import dev.voxgrad.medmnist.train.Predictor;

/**
 * Describes how to combine the models of a run.
 *
 * @param given weights given by the user
 * @param method method to find weights that multiply these; empty to use the given ones alone
 * @param temperature whether to fit a temperature
 * @param augmentation augmentation of the volumes that the models see, also on the validation split
 * @param selection guards of greedy selection, and the seed of the folds on which what is fitted is checked
 */
public record EnsembleSettings(
        EnsembleWeights given,
        Optional<WeightMethod> method,
        boolean temperature,
        Predictor.Augmentation augmentation,
        SelectionSettings selection) {
    /** Describes how to combine models, with the usual guards. */
    public EnsembleSettings(
            EnsembleWeights given,
            Optional<WeightMethod> method,
            boolean temperature,
            Predictor.Augmentation augmentation) {
        this(given, method, temperature, augmentation, SelectionSettings.DEFAULT);
    }

    /** Returns settings that use the given weights alone, on plain volumes. */
    public static EnsembleSettings plain(EnsembleWeights given) {
        return new EnsembleSettings(given, Optional.empty(), false, Predictor.Augmentation.OFF);
    }

    /** Returns the same settings with other given weights. */
    public EnsembleSettings withGiven(EnsembleWeights weights) {
        return new EnsembleSettings(weights, method, temperature, augmentation, selection);
    }

    /** Returns whether something is fitted, which requires the models' logits on the validation split. */
    public boolean needsValidation() {
        return temperature || method.filter(WeightMethod::needsValidation).isPresent();
    }
}
