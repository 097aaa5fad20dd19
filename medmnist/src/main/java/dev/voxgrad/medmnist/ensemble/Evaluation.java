package dev.voxgrad.medmnist.ensemble;

import java.util.Optional;
import java.util.function.ObjIntConsumer;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.model.EnsembleWeights;
import dev.voxgrad.medmnist.model.TrainedModel;

/**
 * Holds an ensemble, fitted and evaluated as requested. In addition to the requested weights, it always contains
 * uniform ones, since a validation split of some hundred volumes is easily overfitted.
 *
 * @param ensemble the ensemble on the split that is evaluated
 * @param settings the requested settings
 * @param account one or two lines on how the weights were found; empty if they were not fitted
 * @param weighted results with the requested weights
 * @param uniform results with equal weights of all models
 */
public record Evaluation(
        Ensemble ensemble,
        EnsembleSettings settings,
        Optional<String> account,
        Combination weighted,
        Combination uniform) {
    /**
     * Runs all models over the split, and over the validation split if something is to be fitted; then fits and
     * evaluates. In cross-validation, members share no validation split: each has the AUC on its own fold.
     *
     * @param split the split to evaluate
     * @param progress receives the split and the number of models done on it, after each model
     * @throws DataFileException if no member is finished, or a weights file is missing or damaged
     * @throws DataException if the weights cannot be fitted
     */
    public static Evaluation load(
            TrainedModel model,
            VolumeData data,
            Split split,
            Device device,
            EnsembleSettings settings,
            ObjIntConsumer<Split> progress) {
        boolean folds = model.info().crossValidation() != null;
        if (!folds && settings.method().filter(WeightMethod::needsValidationAuc).isPresent()) {
            Metrics.requireDefined(data, fitted(data));
        }
        Ensemble ensemble = load(model, split, data, device, settings, progress);
        Optional<Ensemble> validation = folds || !settings.needsValidation()
                ? Optional.empty()
                : Optional.of(
                        split == fitted(data) ? ensemble : load(model, fitted(data), data, device, settings, progress));
        Optional<WeightMethod.Fit> fit = settings.method()
                .filter(WeightMethod::needsValidation)
                .map(method -> folds ? method.fitToOwnFolds(ensemble.models()) : method.fit(validation.orElseThrow()));
        return of(ensemble, validation, fit, settings);
    }

    /** Returns what weights and temperatures are fitted to: as in training, known blank volumes are left out. */
    private static Split fitted(VolumeData data) {
        return data.withoutSkippedBlanks().val();
    }

    private static Ensemble load(
            TrainedModel model,
            Split split,
            VolumeData data,
            Device device,
            EnsembleSettings settings,
            ObjIntConsumer<Split> progress) {
        return Ensemble.load(model, data, split, device, settings.augmentation(), done -> progress.accept(split, done));
    }

    /** Evaluates the weights; {@code validation} must be present if a temperature is to be fitted. */
    private static Evaluation of(
            Ensemble ensemble,
            Optional<Ensemble> validation,
            Optional<WeightMethod.Fit> fit,
            EnsembleSettings settings) {
        EnsembleWeights weights =
                fit.map(found -> settings.given().times(found.weights())).orElse(settings.given());
        EnsembleWeights same = EnsembleWeights.uniform(ensemble.members());
        return new Evaluation(
                ensemble,
                settings,
                fit.map(WeightMethod.Fit::account),
                Combination.of("weighted", weights, ensemble, validation, settings.temperature()),
                Combination.of("uniform", same, ensemble, validation, settings.temperature()));
    }

    /** Returns the metrics of other weights, with the temperature of the weighted ensemble. */
    public Metrics metrics(EnsembleWeights others) {
        return weighted.metrics(ensemble, others);
    }
}
