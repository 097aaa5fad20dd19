package dev.voxgrad.medmnist.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.baseline.BaselineFiles;
import dev.voxgrad.medmnist.baseline.BaselineInfo;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.ensemble.Ensemble;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.train.Predictor;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requireAll;
import static dev.voxgrad.medmnist.io.BadValueException.requirePresent;

/**
 * Holds the figures of a baseline or a search, which stand in the row of the published method that they correspond to:
 * auto-sklearn or AutoKeras. A baseline is one model, listed as the last; of a search, it is the best trial.
 *
 * @param kind which of the two
 * @param name of its folder
 * @param data where the volumes come from
 * @param dataMd5 MD5 of the data file; null if the volumes are made by code
 * @param seconds that it took; null if that is unknown
 * @param scores figures on the validation and the test split, as far as there are predictions
 */
public record AutomaticRow(
        Kind kind,
        String name,
        DataSource data,
        @Nullable String dataMd5,
        @Nullable Double seconds,
        List<RunEvaluation.Score> scores) {
    /** Names what has a row. */
    public enum Kind {
        BASELINE("auto-sklearn", "baseline"),
        SEARCH("AutoKeras", "best trial of the search");

        private final String method;
        private final String words;

        Kind(String method, String words) {
            this.method = method;
            this.words = words;
        }

        /** Returns the name of the published method. */
        public String method() {
            return method;
        }

        /** Returns what it is, in words. */
        String words() {
            return words;
        }
    }

    /** Refuses what an edited or damaged file may contain. */
    public AutomaticRow {
        requirePresent("kind", kind);
        requirePresent("name", name);
        requirePresent("data", data);
        require(seconds == null || seconds >= 0, "seconds", seconds, "a number of at least 0, or null");
        requireAll("scores", scores, "figures on val and test");
        scores = List.copyOf(scores);
    }

    /**
     * Scores the stored predictions of a baseline.
     *
     * @throws DataFileException if the volumes are not those of the baseline, or it has no predictions for test
     */
    public static AutomaticRow of(BaselineFiles baseline, VolumeData data) {
        BaselineInfo info = baseline.info();
        if (!Optional.ofNullable(info.dataMd5()).equals(data.md5())) {
            throw new DataFileException(
                    baseline.folder().toString(), "is of other volumes than " + data.name() + "; name the same data");
        }
        List<RunEvaluation.Score> scores = new ArrayList<>();
        long seed = info.settings().seed();
        baseline.val()
                .ifPresent(found -> scores.add(
                        score(ModelKind.LAST, data, data.withoutSkippedBlanks().val(), found, seed)));
        double[][] test = baseline.test()
                .orElseThrow(() -> new DataFileException(
                        baseline.folder().toString(), "has no predictions for test, of which the table is"));
        scores.add(score(ModelKind.LAST, data, data.test(), test, seed));
        return new AutomaticRow(
                Kind.BASELINE, name(baseline.folder()), info.data(), info.dataMd5(), info.seconds(), scores);
    }

    /**
     * Scores the models of the best trial of a search.
     *
     * @param name of the search and the trial
     * @param seconds that all trials took
     */
    public static AutomaticRow of(String name, TrainedModel trial, double seconds, VolumeData data, Device device) {
        List<RunEvaluation.Score> scores = new ArrayList<>();
        for (Split split : List.of(data.val(), data.test())) {
            Ensemble models = Ensemble.load(trial, data, split, device, Predictor.Augmentation.OFF, done -> {});
            for (Ensemble.Model model : models.models()) {
                scores.add(score(
                        model.kind(),
                        data,
                        split,
                        models.scores(model),
                        trial.info().settings().seed()));
            }
        }
        return new AutomaticRow(
                Kind.SEARCH, name, trial.info().data(), trial.info().dataMd5(), seconds, scores);
    }

    /** Returns the name of a folder, without those around it. */
    public static String name(Path folder) {
        return String.valueOf(folder.toAbsolutePath().normalize().getFileName());
    }

    private static RunEvaluation.Score score(
            ModelKind model, VolumeData data, Split split, double[][] scores, long seed) {
        return RunEvaluation.Score.of(
                model,
                split.name(),
                Metrics.whereDefined(data, split, scores),
                Bootstrap.whereDefined(data, split, scores, seed));
    }

    /** Returns the figures of a model on a split; empty if there is no such model, or no predictions. */
    public Optional<RunEvaluation.Score> score(ModelKind model, String split) {
        return scores.stream().filter(score -> score.is(model, split)).findFirst();
    }
}
