package dev.voxgrad.medmnist.baseline;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

import dev.voxgrad.medmnist.baseline.feature.VolumeKind;
import dev.voxgrad.medmnist.baseline.model.FeatureMatrix;
import dev.voxgrad.medmnist.baseline.model.FittedModel;
import dev.voxgrad.medmnist.baseline.model.ModelArrays;
import dev.voxgrad.medmnist.baseline.model.Targets;
import dev.voxgrad.medmnist.baseline.selection.Budget;
import dev.voxgrad.medmnist.baseline.selection.Candidate;
import dev.voxgrad.medmnist.baseline.selection.Choice;
import dev.voxgrad.medmnist.baseline.selection.ChosenModel;
import dev.voxgrad.medmnist.baseline.selection.ModelSelection;
import dev.voxgrad.medmnist.baseline.selection.Refit;
import dev.voxgrad.medmnist.baseline.selection.TrainingData;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.source.DataSource;

/**
 * Makes a baseline: chooses models by the training split, fits them, predicts val and test, and writes the folder.
 *
 * <p>The order is what keeps it honest. The choice takes {@link TrainingData}, which holds nothing of val and test; the
 * final fits take the choice; labels of test are read last, for the figures.
 */
public final class BaselineTraining {
    private static final double NANO = 1e-9;

    private final DataSource source;
    private final VolumeData data;
    private final BaselineSettings settings;
    private final BaselineProgress progress;
    private final VolumeKind kind;
    private final FeatureTables train;

    /**
     * Prepares a baseline.
     *
     * @param source where the data comes from, as {@code baseline.json} records it
     * @param data volumes with values from 0 to 1, blank ones included; train is required
     */
    public BaselineTraining(DataSource source, VolumeData data, BaselineSettings settings, BaselineProgress progress) {
        this.source = source;
        this.data = data;
        this.settings = settings;
        this.progress = progress;
        this.kind = VolumeKind.of(data.train());
        this.train = tables(data.train());
    }

    /**
     * Makes the baseline.
     *
     * @param voxgrad version of this program
     * @param texts further files, by name
     * @throws dev.voxgrad.medmnist.io.DataFileException if the folder is not empty or cannot be written
     */
    public BaselineFiles run(Path out, String voxgrad, Map<String, String> texts) {
        BaselineFiles.requireEmpty(out);
        String started = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        long start = System.nanoTime();
        Choice choice = choose();
        Baseline baseline = new Baseline(kind, fit(choice));
        Optional<double[][]> val = settings.refit() == Refit.ALL ? Optional.empty() : probabilities(baseline, "val");
        Optional<double[][]> test = probabilities(baseline, "test");
        BaselineInfo info = new BaselineInfo(
                BaselineInfo.FORMAT,
                voxgrad,
                Runtime.version().toString(),
                started,
                source.withWindow(data.window().orElse(null)),
                data.md5().orElse(null),
                data.synthetic(),
                data.task(),
                data.labelNames(),
                data.storedShape(),
                data.preparation(),
                kind,
                new BaselineInfo.Volumes(data.train().size(), size("val"), size("test")),
                settings.recorded(),
                choice.candidates(),
                choice.chosen(),
                choice.ensemble(),
                choice.crossFitted(),
                NANO * (System.nanoTime() - start));
        Map<String, String> all = new TreeMap<>(texts);
        all.putAll(new ResultTexts(info, data, val, test).files());
        return BaselineFiles.write(
                out, info, new BaselineContents(arrays(choice, baseline), choice.outOfFold(), val, test, all));
    }

    private Choice choose() {
        TrainingData training = new TrainingData(data.task(), data.labelNames(), targets(data.train()), train::of);
        return ModelSelection.of(training, settings.protocol(), settings.folds(), settings.seed())
                .choose(settings.candidates(), new Budget(settings.budgetSeconds()), settings.threads(), progress);
    }

    private Targets targets(Split split) {
        return Targets.of(split, data.classes());
    }

    /** Fits the chosen models to what the settings say. */
    private List<Baseline.Member> fit(Choice choice) {
        FeatureTables val = settings.refit() == Refit.ALL ? tables(data.val()) : null;
        Targets labels =
                val == null ? targets(data.train()) : targets(data.train()).followedBy(targets(data.val()));
        int[] fitted = choice.resampling().parts().getFirst().fitted();
        List<Baseline.Member> members = new ArrayList<>();
        for (ChosenModel chosen : choice.chosen()) {
            Candidate candidate = choice.specs().get(chosen.candidate());
            progress.refit(candidate.name());
            FeatureMatrix x = train.of(candidate.features());
            if (val != null) {
                x = x.followedBy(val.of(candidate.features()));
            }
            boolean isPart = settings.refit() == Refit.NONE;
            FittedModel model = candidate
                    .model()
                    .fit(
                            isPart ? x.select(fitted) : x,
                            isPart ? labels.select(fitted) : labels,
                            settings.seed(),
                            settings.threads());
            members.add(new Baseline.Member(candidate.features(), model, chosen.weight()));
        }
        return members;
    }

    private Optional<double[][]> probabilities(Baseline baseline, String name) {
        if (!data.has(name)) {
            return Optional.empty();
        }
        Split split = data.split(name);
        return Optional.of(baseline.predict(tables(split), split.size()).mean());
    }

    private FeatureTables tables(Split split) {
        return new FeatureTables(kind, split, settings.threads(), progress::features);
    }

    private int size(String name) {
        return data.has(name) ? data.split(name).size() : 0;
    }

    private static Map<Integer, SequencedMap<String, NpyArray>> arrays(Choice choice, Baseline baseline) {
        Map<Integer, SequencedMap<String, NpyArray>> all = new TreeMap<>();
        for (int m = 0; m < choice.chosen().size(); m++) {
            ModelArrays.Writer arrays = new ModelArrays.Writer();
            baseline.members().get(m).model().writeTo(arrays);
            all.put(choice.chosen().get(m).candidate(), arrays.arrays());
        }
        return all;
    }
}
