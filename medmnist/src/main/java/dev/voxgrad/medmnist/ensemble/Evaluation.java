package dev.voxgrad.medmnist.ensemble;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.ObjIntConsumer;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.metrics.Bootstrap;
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
 * @param validation the ensemble on the split that was fitted to; empty if nothing was, or members share none
 * @param optimism how far the figures on validation flatter the fit; empty until it is estimated
 * @param netsAlone the same without the baselines; empty if there are none
 */
public record Evaluation(
        Ensemble ensemble,
        EnsembleSettings settings,
        Optional<String> account,
        Combination weighted,
        Combination uniform,
        Optional<Ensemble> validation,
        Optional<Optimism> optimism,
        Optional<Evaluation> netsAlone) {
    /**
     * Evaluates the members of one run; otherwise as the other method.
     *
     * @param split the split to evaluate
     */
    public static Evaluation load(
            TrainedModel model,
            VolumeData data,
            Split split,
            Device device,
            EnsembleSettings settings,
            ObjIntConsumer<Split> progress) {
        return load(ModelLibrary.of(model, data), volumes -> split, device, settings, progress);
    }

    /**
     * Runs all models over a split, and over the validation split if something is to be fitted; then fits and
     * evaluates. In cross-validation, members share no validation split: each has the AUC on its own fold.
     *
     * @param split chooses the split to evaluate of a run's volumes
     * @param progress receives the split and the number of models done on it, after each model
     * @throws DataFileException if no member is finished, or a file is missing or damaged
     * @throws DataException if the weights cannot be fitted, or no model counts
     */
    public static Evaluation load(
            ModelLibrary library,
            Function<VolumeData, Split> split,
            Device device,
            EnsembleSettings settings,
            ObjIntConsumer<Split> progress) {
        library.requireCounting(settings.given());
        VolumeData data = library.first().data();
        boolean folds = library.first().model().info().crossValidation() != null;
        if (!folds && settings.method().filter(WeightMethod::needsValidationAuc).isPresent()) {
            Metrics.requireDefined(data, fitted(data));
        }
        Ensemble ensemble = library.load(split, device, settings.augmentation(), progress);
        Optional<Ensemble> validation = folds || !settings.needsValidation()
                ? Optional.empty()
                : Optional.of(
                        ensemble.split() == fitted(data)
                                ? ensemble
                                : library.load(Evaluation::fitted, device, settings.augmentation(), progress));
        return of(ensemble, validation, settings);
    }

    /** Returns what weights and temperatures are fitted to: as in training, known blank volumes are left out. */
    private static Split fitted(VolumeData data) {
        return data.withoutSkippedBlanks().val();
    }

    /** Fits what is to be fitted, and evaluates; {@code validation} must be present if a temperature is to be fitted. */
    static Evaluation of(Ensemble ensemble, Optional<Ensemble> validation, EnsembleSettings settings) {
        Optional<WeightMethod.Fit> fit = settings.method()
                .filter(WeightMethod::needsValidation)
                .map(method -> validation.isEmpty()
                        ? method.fitToOwnFolds(ensemble)
                        : method.fit(validation.get(), settings.selection()));
        EnsembleWeights weights = fit.map(found -> settings.given().times(ensemble.listed(found.weights())))
                .orElse(settings.given());
        EnsembleWeights same =
                EnsembleWeights.uniform(ensemble.members(), ensemble.baselines().size());
        return new Evaluation(
                ensemble,
                settings,
                fit.map(WeightMethod.Fit::account),
                Combination.of("weighted", weights, ensemble, validation, settings.temperature()),
                Combination.of("uniform", same, ensemble, validation, settings.temperature()),
                validation,
                Optional.empty(),
                netsAlone(ensemble, validation, settings));
    }

    /** Evaluates the nets without the baselines, fitted in the same way; empty if there are none, or no net counts. */
    private static Optional<Evaluation> netsAlone(
            Ensemble ensemble, Optional<Ensemble> validation, EnsembleSettings settings) {
        Ensemble nets = ensemble.withoutBaselines();
        return ensemble.baselines().isEmpty()
                ? Optional.empty()
                : settings.given()
                        .withoutBaselines()
                        .filter(nets::counts)
                        .map(given -> of(nets, validation.map(Ensemble::withoutBaselines), settings.withGiven(given)));
    }

    /**
     * Returns the intervals of the differences that the baselines make to the weighted ensemble, from resamples that
     * both share; empty without baselines.
     */
    public Optional<Bootstrap> baselineDifferences(long seed) {
        return netsAlone.map(nets -> Bootstrap.ofDifferences(
                ensemble.data(),
                ensemble.split(),
                weighted.scores(),
                nets.weighted().scores(),
                seed));
    }

    /**
     * Returns the same evaluation with an estimate of the optimism, if something was fitted to a shared split.
     *
     * @param progress receives the number of fits that are done, after each
     */
    public Evaluation withOptimism(IntConsumer progress) {
        return validation
                .map(split -> new Evaluation(
                        ensemble,
                        settings,
                        account,
                        weighted,
                        uniform,
                        validation,
                        Optimism.estimate(
                                ValidationFolds.of(
                                        split,
                                        Optimism.CUTS,
                                        settings.selection().seed()),
                                weighted.validation().orElseThrow(),
                                this::fit,
                                progress),
                        netsAlone))
                .orElse(this);
    }

    /** Repeats the fit on a part of validation, and scores another. */
    private Combination fit(Ensemble fitted, Ensemble scored) {
        EnsembleWeights weights = settings.method()
                .filter(WeightMethod::needsValidation)
                .map(method -> settings.given()
                        .times(fitted.listed(
                                method.fit(fitted, settings.selection()).weights())))
                .orElse(settings.given());
        return Combination.of("nested", weights, scored, Optional.of(fitted), settings.temperature());
    }

    /** Returns the number of fits that {@link #withOptimism} takes at most. */
    public int optimismFits() {
        return validation.isPresent() ? ValidationFolds.FOLDS * Optimism.CUTS : 0;
    }

    /** Returns the metrics of other weights, with the temperature of the weighted ensemble. */
    public Metrics metrics(EnsembleWeights others) {
        return weighted.metrics(ensemble, others);
    }
}
