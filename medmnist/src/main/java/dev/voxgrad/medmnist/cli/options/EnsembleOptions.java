package dev.voxgrad.medmnist.cli.options;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.ensemble.EnsembleSettings;
import dev.voxgrad.medmnist.ensemble.ModelLibrary;
import dev.voxgrad.medmnist.ensemble.SelectionSettings;
import dev.voxgrad.medmnist.ensemble.WeightMethod;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.Home;
import dev.voxgrad.medmnist.io.TextFile;
import dev.voxgrad.medmnist.model.EnsembleWeights;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.train.settings.CrossValidation;

/** The options that say how the models of a run are combined. */
public final class EnsembleOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--split",
            paramLabel = "SPLIT",
            defaultValue = "test",
            description = "val or test. Default: ${DEFAULT-VALUE}")
    private SplitName split;

    @Option(
            names = "--weights",
            paramLabel = "METHOD|FILE",
            description = {
                "A method that finds a weight for each model. It uses the validation split, never the test labels:",
                "  uniform: all models have the same weight; nothing is fitted",
                "  validation-auc: each model's weight is its validation AUC",
                "  greedy: how often forward selection with replacement, by validation AUC, picks the model (Caruana "
                        + "et al., ICML 2004), in random halves of the models, each from its best ones on; uniform if "
                        + "this is no better on validation volumes that it was not fitted to",
                "  stacked: non-negative weights that sum to one and minimise the validation log-loss",
                "Or a file with all weights, in lines such as 'last = 0.5', 'best = 1.5', 'member.0 = 1', 'baseline.0 = "
                        + "4' (members and baselines are counted from 0 in the order of the table; write "
                        + "./greedy if the file has a method's name). Default: the weights of the next four options. "
                        + "Together with a method, the given ones of these four multiply its weights.",
                "Members of a run with --folds share no validation volumes: validation-auc then uses each member's own "
                        + "fold; greedy, stacked and --temperature are refused."
            })
    private @Nullable String weightsText;

    @Option(
            names = "--last-weight",
            paramLabel = "X",
            description = "Weight of all last models. Default: 0.5; with a method, 1")
    private @Nullable Double lastWeight;

    @Option(
            names = "--best-weight",
            paramLabel = "Y",
            description = "Weight of all best models. Default: 1.5; with a method, 1")
    private @Nullable Double bestWeight;

    @Option(
            names = "--member-weights",
            paramLabel = "W,W",
            description = "One weight for each member, in the order of the table. Default: 1 each")
    private @Nullable List<String> memberWeights;

    @Option(
            names = "--baseline-weights",
            paramLabel = "W,W",
            description = "One weight for each baseline, on the scale of the three options above. Default: all "
                    + "baselines together count as much as all nets; with a method, 1 each")
    private @Nullable List<String> baselineWeights;

    @Mixin
    private SelectionOptions selectionOptions;

    @Mixin
    private AugmentationOptions augmentationOptions;

    @Option(
            names = "--temperature",
            description =
                    "Divide the logits by the number that minimises the validation log-loss (Guo et al. 2017), so "
                            + "that scores are calibrated probabilities. No volume changes its class.")
    private boolean temperature;

    /** Returns what a command with these options requires of the run's data. */
    public Requirement requirement(String name) {
        return Requirement.of(name + " --split " + split, split.name());
    }

    /** Returns the split that is evaluated. */
    public SplitName split() {
        return split;
    }

    /**
     * Checks that the options fit together, before a run is opened.
     *
     * @throws ParameterException if they don't
     */
    public void check() {
        Optional<WeightMethod> method = method();
        if (weightsText != null && method.isEmpty() && hasParts()) {
            throw wrongUse("--weights excludes --last-weight, --best-weight, --member-weights and --baseline-weights, "
                    + "unless it names a method: " + WeightMethod.flags());
        }
        augmentationOptions.augmentation();
        selection(method);
    }

    private SelectionSettings selection(Optional<WeightMethod> method) {
        return selectionOptions.settings(
                method,
                temperature || method.filter(WeightMethod::needsValidation).isPresent());
    }

    /**
     * Returns the settings for the finished members of a run.
     *
     * @throws ParameterException if they contradict each other or the run
     * @throws DataFileException if a file of weights cannot be used, or no member is finished
     */
    public EnsembleSettings settings(RunFiles run) {
        requireNoBaselineWeight();
        return settings(run.info().crossValidation(), run.members().size(), 0);
    }

    /**
     * Returns the settings for the members of several runs and for baselines; fails as the other method.
     *
     * @param uniform whether all models have the same weight if no option says otherwise
     */
    public EnsembleSettings settings(ModelLibrary library, boolean uniform) {
        if (library.baselines().isEmpty()) {
            requireNoBaselineWeight();
        }
        EnsembleSettings settings = settings(
                library.first().model().info().crossValidation(),
                library.members(),
                library.baselines().size());
        return uniform && !hasWeights()
                ? settings.withGiven(EnsembleWeights.uniform(
                        library.members(), library.baselines().size()))
                : settings;
    }

    private boolean hasWeights() {
        return weightsText != null || hasParts();
    }

    /** Returns whether weights of groups, members or baselines were given. */
    private boolean hasParts() {
        return lastWeight != null || bestWeight != null || memberWeights != null || baselineWeights != null;
    }

    private EnsembleSettings settings(@Nullable CrossValidation folds, int members, int baselines) {
        check();
        Optional<WeightMethod> method = method();
        if (folds != null) {
            requireNewVolumes(folds, method);
        }
        return new EnsembleSettings(
                weights(members, baselines, method),
                method,
                temperature,
                augmentationOptions.augmentation(),
                selection(method));
    }

    private void requireNoBaselineWeight() {
        if (baselineWeights != null) {
            throw wrongUse("--baseline-weights requires a baseline: medmnist ensemble RUN --with BASELINE --out DIR");
        }
    }

    /** Refuses what needs volumes that no member was trained on: with folds, train and val have none. */
    private void requireNewVolumes(CrossValidation folds, Optional<WeightMethod> method) {
        if (split != SplitName.test) {
            throw wrongUse("--split " + split + " contains volumes that members were trained on (" + folds.words()
                    + "); only test is new to all of them");
        }
        if (temperature || method.isPresent() && !method.get().worksWithFolds()) {
            throw wrongUse((temperature ? "--temperature" : "--weights " + weightsText) + " is fitted to volumes that "
                    + "no member was trained on, and this run has none (" + folds.words() + "): each member was "
                    + "trained on the other members' folds. Use --weights uniform or validation-auc, without "
                    + "--temperature");
        }
    }

    private Optional<WeightMethod> method() {
        return Optional.ofNullable(weightsText).flatMap(WeightMethod::byFlag);
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(command.commandLine(), message);
    }

    private EnsembleWeights weights(int members, int baselines, Optional<WeightMethod> method) {
        if (weightsText != null && method.isEmpty()) {
            return weightsFile("--weights", weightsText, members, baselines);
        }
        double last = lastWeight != null ? lastWeight : method.isPresent() ? 1 : EnsembleWeights.LAST;
        double best = bestWeight != null ? bestWeight : method.isPresent() ? 1 : EnsembleWeights.BEST;
        try {
            List<Double> each = each("--member-weights", memberWeights, members, "finished member")
                    .orElse(Collections.nCopies(members, 1.0));
            double otherwise = method.isPresent() ? 1 : EnsembleWeights.asMuchAsNets(last, best, each, baselines);
            return new EnsembleWeights(
                    last,
                    best,
                    each,
                    each("--baseline-weights", baselineWeights, baselines, "baseline")
                            .orElse(Collections.nCopies(baselines, otherwise)));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    /** Returns the weights of an option with one for each member or baseline; empty if it is not given. */
    private Optional<List<Double>> each(String option, @Nullable List<String> texts, int count, String what) {
        if (texts == null) {
            return Optional.empty();
        }
        List<Double> each = texts.stream()
                .flatMap(list -> Stream.of(list.split(",", -1)))
                .map(text -> weight(option, text))
                .toList();
        if (each.size() != count) {
            throw wrongUse(option + " has " + each.size() + " values, but there "
                    + (count == 1 ? "is 1 " + what : "are " + count + " " + what + "s"));
        }
        return Optional.of(each);
    }

    private static double weight(String option, String text) {
        try {
            return TextFile.decimal(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + ": " + e.getMessage(), e);
        }
    }

    /** Reads the weights of a file that the user has named with an option. */
    static EnsembleWeights weightsFile(String option, String name, int members, int baselines) {
        Path file = Home.expand(name);
        if (Files.notExists(file)) {
            throw new DataFileException(
                    name,
                    "no such file, and not the name of a method; " + option + " takes a file, " + WeightMethod.flags());
        }
        return EnsembleWeights.read(file, members, baselines);
    }
}
