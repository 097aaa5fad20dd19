package dev.voxgrad.medmnist.ensemble;

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

/** Ways to find weights of models, all but the first from their logits on the validation split. */
public enum WeightMethod implements Flagged {
    /** Every model counts the same. */
    UNIFORM("uniform"),
    /** A model's weight is its AUC. */
    VALIDATION_AUC("validation-auc"),
    /** {@link Greedy}. */
    GREEDY("greedy"),
    /** {@link Stacking}. */
    STACKED("stacked");

    private final String flag;

    /**
     * Weights and how they were found.
     *
     * @param weights one per model: members in order, of each the last and then the best
     * @param account for the terminal: a line or two, with the score the weights were chosen by
     */
    record Fit(List<Double> weights, String account) {}

    WeightMethod(String flag) {
        this.flag = flag;
    }

    /** As it is spelled on the command line. */
    @Override
    public String flag() {
        return flag;
    }

    /** The method of that name, if there is one. */
    public static Optional<WeightMethod> byFlag(String flag) {
        return Flags.find(flag, List.of(values()));
    }

    /** All names, {@code uniform, …}. */
    public static String flags() {
        return Flags.list(List.of(values()));
    }

    /** Whether there is something to fit. */
    public boolean needsValidation() {
        return this != UNIFORM;
    }

    /** Whether it can do without volumes that are new to all members, which cross-validation does not have. */
    public boolean worksWithFolds() {
        return this == UNIFORM || this == VALIDATION_AUC;
    }

    /** Whether the validation split must have an AUC. */
    public boolean needsValidationAuc() {
        return this == VALIDATION_AUC || this == GREEDY;
    }

    /**
     * The weights in a cross-validation: of each model the AUC on its member's own fold, as training has recorded it.
     *
     * @throws DataException if the method needs volumes that are new to all members
     */
    Fit fitToOwnFolds(List<Ensemble.Model> models) {
        if (this != VALIDATION_AUC) {
            throw new DataException("weights '" + flag + "' need validation volumes that are new to all members, and a "
                    + "cross-validation has none; take uniform or validation-auc");
        }
        return new Fit(
                models.stream()
                        .map(model -> (model.kind() == ModelKind.BEST
                                        ? model.member().best()
                                        : model.member().last())
                                .auc())
                        .toList(),
                "Weights: each model's AUC on its member's own validation fold, recorded in\n"
                        + "training on plain volumes; folds differ in how hard they are.");
    }

    /**
     * Fits the weights to a split.
     *
     * @throws UndefinedMetricException if the method goes by the AUC and a class does not occur in the split
     */
    Fit fit(Ensemble validation) {
        Split split = validation.split();
        if (needsValidationAuc()) {
            Metrics.requireDefined(validation.data(), split);
        }
        String where = " on the " + split.size() + " volumes of the " + split.name() + " split";
        return switch (this) {
            case UNIFORM -> throw new IllegalStateException("uniform weights are not fitted");
            case VALIDATION_AUC ->
                new Fit(
                        validation.models().stream()
                                .map(m -> validation.metrics(m).auc())
                                .toList(),
                        "Weights: each model's AUC" + where + ".");
            case GREEDY -> {
                Greedy greedy = Greedy.fit(validation);
                yield new Fit(
                        greedy.counts(),
                        String.format(
                                Locale.ROOT,
                                "Weights: how often forward selection picked each model%s.%n"
                                        + "%d picks reach AUC %.4f, log-loss %.4f.",
                                where,
                                greedy.picks(),
                                greedy.score().auc(),
                                greedy.score().logLoss()));
            }
            case STACKED -> {
                Stacking stacking = Stacking.fit(validation.logLoss());
                yield new Fit(
                        EnsembleWeights.list(stacking.weights()),
                        String.format(
                                Locale.ROOT,
                                "Weights: those with the least log-loss%s.%nIt is %.6f, at most %.1e above the least possible.",
                                where,
                                stacking.loss(),
                                Math.max(stacking.gap(), 0)));
            }
        };
    }
}
