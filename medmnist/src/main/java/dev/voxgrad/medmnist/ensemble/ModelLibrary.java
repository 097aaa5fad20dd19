package dev.voxgrad.medmnist.ensemble;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ObjIntConsumer;
import java.util.stream.IntStream;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.baseline.BaselineFiles;
import dev.voxgrad.medmnist.baseline.BaselineInfo;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.model.EnsembleWeights;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.train.Predictor;
import dev.voxgrad.medmnist.train.settings.CrossValidation;

/**
 * Holds what an ensemble is made of: the members of one or several runs on the same volumes, and baselines.
 *
 * @param runs at least one
 * @param baselines may be empty
 */
public record ModelLibrary(List<Run> runs, List<Baseline> baselines) {
    /**
     * Holds one run, with its volumes prepared as its nets take them.
     *
     * @param name for tables; empty if there is no other run
     */
    public record Run(String name, TrainedModel model, VolumeData data) {}

    /**
     * Holds one baseline.
     *
     * @param name for tables
     */
    public record Baseline(String name, BaselineFiles files) {}

    public ModelLibrary {
        runs = List.copyOf(runs);
        baselines = List.copyOf(baselines);
    }

    /** Returns the members of one run. */
    public static ModelLibrary of(TrainedModel model, VolumeData data) {
        return new ModelLibrary(List.of(new Run("", model, data)), List.of());
    }

    /** Returns the first run, which stands for all in what they have in common: data, task, labels and folds. */
    public Run first() {
        return runs.getFirst();
    }

    /** Returns the seed of all intervals: that of the first run. */
    public long seed() {
        return first().model().info().settings().seed();
    }

    /** Returns the number of nets of all runs. */
    public int nets() {
        return runs.stream().mapToInt(run -> run.model().files().size()).sum();
    }

    /** Returns the number of members of all runs. */
    public int members() {
        return runs.stream().mapToInt(run -> run.model().members().size()).sum();
    }

    /**
     * Checks, before any net predicts, that a model counts: a trial of a search has only its best model.
     *
     * @throws DataException if every model has weight zero
     */
    void requireCounting(EnsembleWeights weights) {
        boolean counts = IntStream.range(0, baselines.size()).anyMatch(b -> weights.ofBaseline(b) > 0);
        int position = 0;
        for (Run run : runs) {
            int before = position;
            counts |= run.model().files().stream()
                    .anyMatch(file -> weights.of(before + file.position(), file.kind()) > 0);
            position += run.model().members().size();
        }
        if (!counts) {
            throw new DataException("ensemble: every model has weight zero: the weights are " + weights
                    + ", and trials of a search have no last model; give their best models a weight above zero");
        }
    }

    /**
     * Checks that all runs and baselines are of the same volumes, with the same split, task and labels.
     *
     * @throws DataFileException names the first one that differs, and in what
     */
    public static void requireSameVolumes(List<TrainedModel> runs, List<Baseline> baselines) {
        TrainedModel first = runs.getFirst();
        RunInfo expected = first.info();
        for (TrainedModel run : runs.subList(1, runs.size())) {
            RunInfo info = run.info();
            SameVolumes check = new SameVolumes(first.run().folder(), run.run().folder());
            check.volumes(expected.dataMd5(), expected.data(), info.dataMd5(), info.data());
            check.same("the task", first.task(), run.task());
            check.same("the labels", expected.labelNames(), info.labelNames());
            check.same("the split", splitWords(expected), splitWords(info));
        }
        for (Baseline baseline : baselines) {
            BaselineInfo info = baseline.files().info();
            SameVolumes check =
                    new SameVolumes(first.run().folder(), baseline.files().folder());
            check.volumes(expected.dataMd5(), expected.data(), info.dataMd5(), info.data());
            check.same("the task", first.task(), info.task());
            check.same("the labels", expected.labelNames(), info.labelNames());
        }
    }

    private static String splitWords(RunInfo info) {
        CrossValidation folds = info.crossValidation();
        return folds == null ? "that of the file" : folds.words();
    }

    /**
     * Runs the last and the best model of every member over a split, and reads the predictions of the baselines.
     *
     * @param split chooses the split of a run's volumes
     * @param augmentation augmentation of the volumes, the same for every net; baselines see plain volumes
     * @param progress receives the split and the number of nets done on it, after each net
     * @throws DataFileException if a file is missing or damaged, or a baseline has no predictions for the split
     */
    Ensemble load(
            Function<VolumeData, Split> split,
            Device device,
            Predictor.Augmentation augmentation,
            ObjIntConsumer<Split> progress) {
        List<Ensemble.Model> models = new ArrayList<>();
        int position = 0;
        for (Run run : runs) {
            Split volumes = split.apply(run.data());
            int before = models.size();
            Ensemble ofRun = Ensemble.load(
                    run.model(),
                    run.data(),
                    volumes,
                    device,
                    augmentation,
                    done -> progress.accept(volumes, before + done));
            for (Ensemble.Model model : ofRun.models()) {
                models.add(new Ensemble.Model(
                        position + model.position(), run.name(), model.member(), model.kind(), model.logits()));
            }
            position += run.model().members().size();
        }
        Split volumes = split.apply(first().data());
        return new Ensemble(
                first().data(),
                volumes,
                models,
                baselines.stream().map(baseline -> load(baseline, volumes)).toList());
    }

    private Ensemble.Baseline load(Baseline baseline, Split split) {
        boolean val = split.name().equals("val");
        BaselineFiles files = baseline.files();
        Optional<double[][]> found = val ? files.val() : files.test();
        double[][] probabilities = found.orElseThrow(() -> new DataFileException(
                files.folder().toString(),
                "has no predictions for the " + split.name() + " split"
                        + (val
                                ? ", as its models were fitted to it or there was none: weights and temperatures "
                                        + "cannot be fitted with it. Use a baseline with '--refit train', or give "
                                        + "the weights"
                                : "; make it again with volumes that have this split")));
        int[] kept = keptRows(split, probabilities.length);
        if (kept.length != split.size()) {
            throw new DataFileException(
                    files.folder().toString(),
                    "has predictions for " + probabilities.length + " volumes of the " + split.name()
                            + " split, where there are " + split.size() + "; make it again with the same options");
        }
        return new Ensemble.Baseline(
                baseline.name(),
                Arrays.stream(kept)
                        .mapToObj(
                                row -> Ensemble.Baseline.logits(first().model().task(), probabilities[row]))
                        .toArray(double[][]::new));
    }

    /**
     * Returns the numbers of the rows of a baseline's predictions that are of a split. A baseline does not normalise, so
     * it also takes volumes that nets leave out as blank.
     */
    private int[] keptRows(Split split, int rows) {
        Split whole = first().data().split(split.name());
        IntStream all = IntStream.range(0, rows);
        if (rows == split.size() || rows != whole.size()) {
            return all.toArray();
        }
        int[] skipped = whole.skipped(); // in ascending order
        return all.filter(row -> Arrays.binarySearch(skipped, row) < 0).toArray();
    }
}
