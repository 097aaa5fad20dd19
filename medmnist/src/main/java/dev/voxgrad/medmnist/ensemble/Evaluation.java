package dev.voxgrad.medmnist.ensemble;

import java.util.Optional;
import java.util.function.ObjIntConsumer;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.run.RunFiles;

/**
 * An ensemble as it was asked for, fitted and evaluated. Beside the weights asked for there are always uniform ones: a
 * validation split of some hundred volumes is soon overfitted.
 *
 * @param ensemble on the split that is evaluated
 * @param settings what was asked for
 * @param account how the weights were found, for people: a line or two; empty if they were not fitted
 * @param weighted with the weights asked for
 * @param uniform with every model counting the same
 */
public record Evaluation(
        Ensemble ensemble,
        EnsembleSettings settings,
        Optional<String> account,
        Combination weighted,
        Combination uniform) {
    /**
     * Runs all models over the split, and over the validation split if something is to be fitted; then fits and
     * evaluates. In cross-validation, members have no validation split in common: each has the AUC on its own fold.
     *
     * @param split to be evaluated
     * @param progress is given the split and the number of models done on it, after each
     * @throws DataFileException if no member is finished, or a weights file is missing or damaged
     * @throws DataException if the weights cannot be fitted
     */
    public static Evaluation load(
            RunFiles run,
            VolumeData data,
            Split split,
            Device device,
            EnsembleSettings settings,
            ObjIntConsumer<Split> progress) {
        // As in training, weights and temperatures see no volume that is known to be blank.
        Split fitted = data.withoutSkippedBlanks().val();
        boolean folds = run.info().crossValidation() != null;
        if (!folds && settings.method().filter(WeightMethod::needsValidationAuc).isPresent()) {
            Metrics.requireDefined(data, fitted);
        }
        Ensemble ensemble = load(run, split, data, device, settings, progress);
        Optional<Ensemble> validation = folds || !settings.needsValidation()
                ? Optional.empty()
                : Optional.of(split == fitted ? ensemble : load(run, fitted, data, device, settings, progress));
        Optional<WeightMethod.Fit> fit = settings.method()
                .filter(WeightMethod::needsValidation)
                .map(method -> folds ? method.fitToOwnFolds(ensemble.models()) : method.fit(validation.orElseThrow()));
        return of(ensemble, validation, fit, settings);
    }

    private static Ensemble load(
            RunFiles run,
            Split split,
            VolumeData data,
            Device device,
            EnsembleSettings settings,
            ObjIntConsumer<Split> progress) {
        return Ensemble.load(run, data, split, device, settings.augmentation(), done -> progress.accept(split, done));
    }

    /** Evaluates; {@code validation} must be there if a temperature is to be fitted. */
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

    /** Figures of other weights, with the temperature of the weighted ensemble. */
    public Metrics metrics(EnsembleWeights others) {
        return weighted.metrics(ensemble, others);
    }
}
