package dev.voxgrad.medmnist.benchmark;

import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.run.member.MemberResult;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requireAll;
import static dev.voxgrad.medmnist.io.BadValueException.requirePresent;
import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/**
 * Holds the figures of one finished run of a row: the contents of {@code ROW/evaluations/member-00.json}.
 *
 * @param member index in the row's folder
 * @param bestEpoch the epoch of its best model, from 1
 * @param lastEpoch the epoch of its last model
 * @param scores figures of both models on the validation and the test split
 */
public record RunEvaluation(int member, int bestEpoch, int lastEpoch, List<Score> scores) {
    /** Refuses what an edited or damaged file may contain. */
    public RunEvaluation {
        requireWithin("member", member, 0, TrainSettings.MOST_MODELS - 1);
        requireWithin("best-epoch", bestEpoch, 1, TrainSettings.MOST_EPOCHS);
        requireWithin("last-epoch", lastEpoch, 1, TrainSettings.MOST_EPOCHS);
        requireAll("scores", scores, "figures of both models on val and test");
        for (String split : List.of("val", "test")) {
            for (ModelKind model : ModelKind.values()) {
                require(
                        scores.stream().filter(score -> score.is(model, split)).count() == 1,
                        "scores",
                        scores.size() + " entries",
                        "one of the " + model.label() + " model on " + split);
            }
        }
        scores = List.copyOf(scores);
    }

    /**
     * Holds the figures of one model on one split.
     *
     * @param auc null if it is undefined
     * @param aucInterval 95 % bootstrap interval of the AUC; null if there is none
     * @param accuracyInterval 95 % bootstrap interval of the accuracy
     */
    public record Score(
            ModelKind model,
            String split,
            @Nullable Double auc,
            double accuracy,
            Bootstrap.@Nullable Interval aucInterval,
            Bootstrap.Interval accuracyInterval) {
        /** Refuses what an edited or damaged file may contain. */
        public Score {
            requirePresent("model", model);
            requirePresent("split", split);
            requirePresent("accuracy-interval", accuracyInterval);
            require(auc == null || auc >= 0 && auc <= 1, "auc", auc, "0 to 1");
            require(accuracy >= 0 && accuracy <= 1, "accuracy", accuracy, "0 to 1");
        }

        static Score of(ModelKind model, String split, Metrics metrics, Bootstrap intervals) {
            return new Score(
                    model,
                    split,
                    metrics.hasAuc() ? metrics.auc() : null,
                    metrics.accuracy(),
                    intervals.auc().orElse(null),
                    intervals.accuracy());
        }

        boolean is(ModelKind kind, String splitName) {
            return model == kind && splitName.equals(split);
        }

        /** Returns both figures; the AUC is NaN if it is undefined. */
        public Metrics metrics() {
            return new Metrics(auc == null ? Double.NaN : auc, accuracy);
        }

        /** Returns the intervals of both figures. */
        public Bootstrap intervals() {
            return new Bootstrap(Optional.ofNullable(aucInterval), accuracyInterval);
        }
    }

    /** Returns the figures of one model on one split. */
    public Score score(ModelKind model, String split) {
        return scores.stream()
                .filter(score -> score.is(model, split))
                .findFirst()
                .orElseThrow();
    }

    /** Returns the epoch of a model. */
    public int epoch(ModelKind model) {
        return model == ModelKind.BEST ? bestEpoch : lastEpoch;
    }

    /** Returns whether these are the figures of a member as it is now: more epochs change its models. */
    boolean isOf(MemberResult result) {
        return member == result.index() && bestEpoch == result.bestEpoch() && lastEpoch == result.lastEpoch();
    }
}
