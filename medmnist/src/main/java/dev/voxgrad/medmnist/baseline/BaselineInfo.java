package dev.voxgrad.medmnist.baseline;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.baseline.feature.VolumeKind;
import dev.voxgrad.medmnist.baseline.selection.CandidateResult;
import dev.voxgrad.medmnist.baseline.selection.ChosenModel;
import dev.voxgrad.medmnist.baseline.selection.Figures;
import dev.voxgrad.medmnist.baseline.selection.Protocol;
import dev.voxgrad.medmnist.baseline.selection.Refit;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.data.source.OwnFile;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requireAll;
import static dev.voxgrad.medmnist.io.BadValueException.requirePresent;
import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/**
 * Describes a baseline: the contents of {@code baseline.json}.
 *
 * @param format version of this form
 * @param voxgrad version of Voxgrad
 * @param java version of the JVM
 * @param started date and time, ISO 8601
 * @param data where the volumes come from
 * @param dataMd5 MD5 of the data file; null if the volumes are made by code
 * @param synthetic whether the volumes are made by code, so that results say nothing about medicine
 * @param task what is asked
 * @param labelNames names of the classes, or of the labels of a multi-label task
 * @param shape shape of the volumes as they are stored
 * @param preparation how volumes become what features are computed from: values from 0 to 1
 * @param kind of the volumes, as features take it
 * @param volumes number of volumes in each split of the data
 * @param settings how the models were chosen
 * @param candidates all models that were tried, in order
 * @param chosen the models of the ensemble, by the numbers of their candidates in ascending order; weights add up to 1
 * @param ensemble figures of the ensemble's out-of-fold predictions, which it was chosen by
 * @param crossFitted the same, with the ensemble selected again without the volumes of each fold that it predicts;
 *     null if there are no folds
 * @param seconds from the start to the written folder
 */
public record BaselineInfo(
        int format,
        String voxgrad,
        String java,
        String started,
        DataSource data,
        @Nullable String dataMd5,
        boolean synthetic,
        Task task,
        List<String> labelNames,
        VolumeShape shape,
        Preparation preparation,
        VolumeKind kind,
        Volumes volumes,
        Settings settings,
        List<CandidateResult> candidates,
        List<ChosenModel> chosen,
        Figures ensemble,
        @Nullable Figures crossFitted,
        double seconds) {
    /** The version that is written and read. */
    public static final int FORMAT = 1;
    /** Far more candidates than any baseline has. */
    static final int MOST_CANDIDATES = 10_000;

    private static final int MOST_CLASSES = 10_000;

    /**
     * Counts the volumes of each split, 0 for one that is missing. Blank ones count, too: only nets, whose volumes are
     * z-normalised, leave them out.
     */
    public record Volumes(int train, int val, int test) {
        /** Refuses what an edited or damaged file may contain. */
        public Volumes {
            requireWithin("train", train, 1, Integer.MAX_VALUE);
            requireWithin("val", val, 0, Integer.MAX_VALUE);
            requireWithin("test", test, 0, Integer.MAX_VALUE);
        }
    }

    /**
     * States how models were chosen.
     *
     * @param folds number of folds of train; 0 for one holdout
     * @param refit what the chosen models were fitted to at the end
     * @param seed of folds and models
     * @param budgetSeconds the time after which no further candidate was tried; null if there was no limit
     */
    public record Settings(
            Protocol protocol,
            int folds,
            Refit refit,
            long seed,
            @Nullable Double budgetSeconds) {
        /** Refuses what an edited or damaged file may contain. */
        public Settings {
            requirePresent("protocol", protocol);
            requirePresent("refit", refit);
            require(folds == 0 || folds >= 2, "folds", folds, "at least 2, or 0 for one holdout");
            require(budgetSeconds == null || budgetSeconds > 0, "budget", budgetSeconds, "a positive number, or null");
        }
    }

    /** Refuses what an edited or damaged file may contain. */
    public BaselineInfo {
        require(format == FORMAT, "format", format, FORMAT + "; later versions need a later Voxgrad");
        requirePresent("voxgrad", voxgrad);
        requirePresent("java", java);
        requirePresent("started", started);
        requirePresent("data", data);
        requirePresent("task", task);
        requireAll("label-names", labelNames, "the names of all classes");
        labelNames = List.copyOf(labelNames);
        requireWithin("label-names", labelNames.size(), task == Task.MULTI_LABEL ? 1 : 2, MOST_CLASSES);
        require(
                task != Task.BINARY || labelNames.size() == 2,
                "label-names",
                labelNames.size() + " names",
                "two, as the task is binary");
        requirePresent("shape", shape);
        requirePresent("preparation", preparation);
        requirePresent("kind", kind);
        requirePresent("volumes", volumes);
        requirePresent("settings", settings);
        requireAll("candidates", candidates, "all models that were tried");
        candidates = List.copyOf(candidates);
        requireWithin("candidates", candidates.size(), 1, MOST_CANDIDATES);
        requireAll("chosen", chosen, "the models of the ensemble");
        chosen = List.copyOf(chosen);
        requireChosen(chosen, candidates.size());
        requirePresent("ensemble", ensemble);
        require(seconds >= 0 && Double.isFinite(seconds), "seconds", seconds, "a finite number of at least 0");
    }

    private static void requireChosen(List<ChosenModel> chosen, int candidates) {
        requireWithin("chosen", chosen.size(), 1, candidates);
        Set<Integer> numbers = new HashSet<>();
        double sum = 0;
        for (ChosenModel model : chosen) {
            requireWithin("chosen", model.candidate(), 0, candidates - 1);
            require(numbers.add(model.candidate()), "chosen", model.candidate() + " twice", "each candidate once");
            sum += model.weight();
        }
        require(Math.abs(sum - 1) < 1e-9, "chosen", "weights with the sum " + sum, "weights that add up to 1");
    }

    /** Returns the number of classes, or of labels of a multi-label task. */
    public int classes() {
        return labelNames.size();
    }

    /** Returns where the volumes come from, with labels that mean what they meant when the baseline was made. */
    public DataSource dataAsTaken() {
        return data instanceof OwnFile file && file.task() == null
                ? file.withTask((task == Task.MULTI_LABEL ? Task.MULTI_LABEL : Task.MULTI_CLASS).flag())
                : data;
    }

    /** Warns if the data file has another MD5 sum than when the baseline was made. */
    public void warnIfChanged(VolumeData now, Consumer<String> warnings) {
        now.warnIfChanged(dataMd5, "the baseline was made", warnings);
    }

    /** Returns the same baseline without the folders of this machine: files are named without them. */
    public BaselineInfo portable() {
        return new BaselineInfo(
                format,
                voxgrad,
                java,
                started,
                data.withoutFolder(),
                dataMd5,
                synthetic,
                task,
                labelNames,
                shape,
                preparation,
                kind,
                volumes,
                settings,
                candidates,
                chosen,
                ensemble,
                crossFitted,
                seconds);
    }
}
