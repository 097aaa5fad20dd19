package dev.voxgrad.medmnist.baseline.selection;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requirePresent;

/**
 * Records how a candidate has done on volumes of train that it was not fitted to.
 *
 * @param features flag of the feature set, such as {@code shape}
 * @param model text of the model, such as {@code pca:30+logistic:0.01}
 * @param figures of its out-of-fold predictions
 * @param seconds that its fits and predictions took, on one core
 */
public record CandidateResult(String features, String model, Figures figures, double seconds) {
    private static final String WORD = "[a-z0-9][a-z0-9.:+-]{0,79}";

    /** Refuses what an edited or damaged file may contain. */
    public CandidateResult {
        requirePresent("features", features);
        require(features.matches(WORD), "features", features, "the name of a feature set");
        requirePresent("model", model);
        require(model.matches(WORD), "model", model, "the name of a model");
        requirePresent("figures", figures);
        require(seconds >= 0 && Double.isFinite(seconds), "seconds", seconds, "a finite number of at least 0");
    }

    /** Returns features and model in one text: {@code shape/logistic:0.01}. */
    public String name() {
        return features + "/" + model;
    }
}
