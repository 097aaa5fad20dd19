package dev.voxgrad.medmnist.baseline;

import java.util.HashSet;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.baseline.model.Classifier;
import dev.voxgrad.medmnist.baseline.selection.Candidate;
import dev.voxgrad.medmnist.baseline.selection.Protocol;
import dev.voxgrad.medmnist.baseline.selection.Refit;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/**
 * States what a baseline tries, and how it chooses.
 *
 * @param features flags of the feature sets
 * @param models kinds of models, from {@link Classifier#KINDS}
 * @param folds number of folds; 0 for the holdout of {@link Protocol#AUTOSKLEARN}
 * @param refit what the chosen models are fitted to at the end
 * @param seed of everything that is random
 * @param budgetSeconds the time after which no further candidate is tried; null for no limit
 * @param threads number of threads, which has no influence on the outcome
 */
public record BaselineSettings(
        Protocol protocol,
        List<String> features,
        List<String> models,
        int folds,
        Refit refit,
        long seed,
        @Nullable Double budgetSeconds,
        int threads) {
    /** The feature sets of the default protocol. */
    public static final List<String> FEATURES = List.of("shape");

    public static final int FOLDS = 5;
    public static final long SEED = 1;
    private static final int MOST_FOLDS = 100;
    private static final int MOST_THREADS = 4096;

    /** Refuses values out of range, and what the protocol excludes. */
    public BaselineSettings {
        require(isSome(features), "features", String.join(",", features), "different sets, at least one");
        features = List.copyOf(features);
        require(
                isSome(models) && Classifier.KINDS.containsAll(models),
                "models",
                String.join(",", models),
                "different ones of " + String.join(", ", Classifier.KINDS));
        models = List.copyOf(models);
        boolean isHoldout = protocol == Protocol.AUTOSKLEARN;
        require(!isHoldout || folds == 0, "folds", folds, "none, as --protocol autosklearn has one holdout");
        require(
                !isHoldout || features.equals(List.of("voxels")),
                "features",
                String.join(",", features),
                "voxels, as in --protocol autosklearn");
        if (!isHoldout) {
            requireWithin("folds", folds, 2, MOST_FOLDS);
            require(refit != Refit.NONE, "refit", refit.flag(), "train or all; without folds only: none");
        }
        require(budgetSeconds == null || budgetSeconds > 0, "budget", budgetSeconds, "a positive time, such as 10m");
        requireWithin("threads", threads, 1, MOST_THREADS);
    }

    private static boolean isSome(List<String> names) {
        return !names.isEmpty() && new HashSet<>(names).size() == names.size();
    }

    /** Returns the candidates, in the order in which they are tried. */
    public List<Candidate> candidates() {
        return Candidate.grid(features, models);
    }

    /** Returns the form that {@code baseline.json} records. */
    BaselineInfo.Settings recorded() {
        return new BaselineInfo.Settings(protocol, folds, refit, seed, budgetSeconds);
    }
}
