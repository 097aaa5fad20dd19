package dev.voxgrad.medmnist.ensemble;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.metrics.UndefinedMetricException;
import dev.voxgrad.medmnist.run.ModelKind;

/** Finds weights of models; all methods but the first use their logits on the validation split. */
public enum WeightMethod implements Flagged {
    /** All models have the same weight. */
    UNIFORM("uniform"),
    /** A model's weight is its AUC. */
    VALIDATION_AUC("validation-auc"),
    /** Forward selection with guards: {@link GuardedSelection}. */
    GREEDY("greedy"),
    /** The weights with the least log-loss: {@link Stacking}. */
    STACKED("stacked");

    private final String flag;

    /**
     * Holds weights and a description of how they were found.
     *
     * @param weights one per model: members in order, for each the last model, then the best; then the baselines
     * @param account one or two lines for the terminal, with the score by which the weights were chosen
     */
    record Fit(List<Double> weights, String account) {}

    WeightMethod(String flag) {
        this.flag = flag;
    }

    /** Returns the spelling on the command line. */
    @Override
    public String flag() {
        return flag;
    }

    /** Returns the method of that name, if there is one. */
    public static Optional<WeightMethod> byFlag(String flag) {
        return Flags.find(flag, List.of(values()));
    }

    /** Returns all names: {@code uniform, …}. */
    public static String flags() {
        return Flags.list(List.of(values()));
    }

    /** Returns whether the method fits weights, and so requires a validation split. */
    public boolean needsValidation() {
        return this != UNIFORM;
    }

    /** Returns whether the method works without volumes that are new to all members; cross-validation has none. */
    public boolean worksWithFolds() {
        return this == UNIFORM || this == VALIDATION_AUC;
    }

    /** Returns whether the validation split must have an AUC. */
    public boolean needsValidationAuc() {
        return this == VALIDATION_AUC || this == GREEDY;
    }

    /**
     * Returns the weights in a cross-validation: the AUC of each model on its member's own fold, as recorded in
     * training.
     *
     * @throws DataException if the method needs volumes that are new to all members
     */
    Fit fitToOwnFolds(Ensemble ensemble) {
        if (this != VALIDATION_AUC) {
            throw new DataException("weights '" + flag + "' need validation volumes that are new to all members, and a "
                    + "cross-validation has none; use uniform or validation-auc");
        }
        if (!ensemble.baselines().isEmpty()) {
            throw new DataException(
                    "weights '" + flag + "' cannot be found for a baseline in a cross-validation, whose "
                            + "members share no validation volumes with it; use uniform, or give the weights");
        }
        return new Fit(
                ensemble.models().stream()
                        .map(model -> (model.kind() == ModelKind.BEST
                                        ? model.member().best()
                                        : model.member().last())
                                .auc())
                        .toList(),
                "Weights: each model's AUC on its member's own validation fold, recorded in\n"
                        + "training on plain volumes; some folds are harder than others.");
    }

    /**
     * Fits the weights to a split.
     *
     * @throws UndefinedMetricException if the method requires the AUC and a class does not occur in the split
     */
    Fit fit(Ensemble validation, SelectionSettings selection) {
        Split split = validation.split();
        if (needsValidationAuc()) {
            Metrics.requireDefined(validation.data(), split);
        }
        String where = " on the " + split.size() + " volumes of the " + split.name() + " split";
        return switch (this) {
            case UNIFORM -> throw new IllegalStateException("uniform weights are not fitted");
            case VALIDATION_AUC ->
                new Fit(
                        validation.logits().stream().map(validation::auc).toList(),
                        "Weights: each model's AUC" + where + ".");
            case GREEDY -> {
                GuardedSelection greedy = GuardedSelection.fit(validation, selection);
                yield new Fit(
                        greedy.weights(),
                        String.format(
                                Locale.ROOT,
                                "Weights: each model's share of the picks of forward selection%s,%n"
                                        + "from %d random halves of the models.%n%s",
                                where,
                                selection.bags(),
                                greedy.account()));
            }
            case STACKED -> {
                Stacking stacking = Stacking.fit(validation.logLoss());
                yield new Fit(
                        Arrays.stream(stacking.weights()).boxed().toList(),
                        String.format(
                                Locale.ROOT,
                                "Weights: those with the least log-loss%s.%n"
                                        + "It is %.6f, at most %.1e above the minimum.",
                                where,
                                stacking.loss(),
                                Math.max(stacking.gap(), 0)));
            }
        };
    }
}
