package dev.voxgrad.medmnist.cli.options;

import java.nio.file.Files;
import java.nio.file.Path;
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
                        + "et al., ICML 2004)",
                "  stacked: non-negative weights that sum to one and minimise the validation log-loss",
                "Or a file with all weights, in lines such as 'last = 0.5', 'best = 1.5', 'member.0 = 1' (write "
                        + "./greedy if the file has a method's name). Default: the weights of the next three options. "
                        + "Together with a method, the given ones of these three multiply its weights.",
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

    @Option(names = "--member-weights", paramLabel = "W,W", description = "One weight for each member. Default: 1 each")
    private @Nullable List<String> memberWeights;

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
        if (weightsText != null
                && method.isEmpty()
                && (lastWeight != null || bestWeight != null || memberWeights != null)) {
            throw wrongUse("--weights excludes --last-weight, --best-weight and --member-weights, unless it names a "
                    + "method: " + WeightMethod.flags());
        }
        augmentationOptions.augmentation();
    }

    /**
     * Returns the settings for the finished members of a run.
     *
     * @throws ParameterException if they contradict each other or the run
     * @throws DataFileException if a file of weights cannot be used, or no member is finished
     */
    public EnsembleSettings settings(RunFiles run) {
        check();
        Optional<WeightMethod> method = method();
        if (run.info().crossValidation() != null) {
            requireNewVolumes(run.info().crossValidation(), method);
        }
        return new EnsembleSettings(
                weights(run.members().size(), method), method, temperature, augmentationOptions.augmentation());
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

    private EnsembleWeights weights(int members, Optional<WeightMethod> method) {
        if (weightsText != null && method.isEmpty()) {
            return weightsFile("--weights", weightsText, members);
        }
        double last = lastWeight != null ? lastWeight : method.isPresent() ? 1 : EnsembleWeights.LAST;
        double best = bestWeight != null ? bestWeight : method.isPresent() ? 1 : EnsembleWeights.BEST;
        try {
            if (memberWeights == null) {
                return EnsembleWeights.groups(last, best, members);
            }
            List<Double> each = memberWeights.stream()
                    .flatMap(list -> Stream.of(list.split(",", -1)))
                    .map(EnsembleOptions::memberWeight)
                    .toList();
            if (each.size() != members) {
                throw wrongUse("--member-weights has " + each.size() + " values, but the run has " + members
                        + " finished members");
            }
            return new EnsembleWeights(last, best, each);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    private static double memberWeight(String text) {
        try {
            return TextFile.decimal(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--member-weights: " + e.getMessage(), e);
        }
    }

    /** Reads the weights of a file that the user has named with an option. */
    static EnsembleWeights weightsFile(String option, String name, int members) {
        Path file = Home.expand(name);
        if (Files.notExists(file)) {
            throw new DataFileException(
                    name,
                    "no such file, and not the name of a method; " + option + " takes a file, " + WeightMethod.flags());
        }
        return EnsembleWeights.read(file, members);
    }
}
