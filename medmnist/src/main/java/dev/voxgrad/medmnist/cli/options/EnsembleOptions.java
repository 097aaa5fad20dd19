package dev.voxgrad.medmnist.cli.options;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.augment.Recipe;
import dev.voxgrad.medmnist.ensemble.EnsembleSettings;
import dev.voxgrad.medmnist.ensemble.EnsembleWeights;
import dev.voxgrad.medmnist.ensemble.WeightMethod;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.Home;
import dev.voxgrad.medmnist.io.TextFile;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.train.Predictor;
import dev.voxgrad.medmnist.train.settings.CrossValidation;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** How the models of a run are combined. */
public final class EnsembleOptions {
    private static final int MOST_DRAWS = 1000;

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
                "A method that finds a weight for each model; it sees the validation split, never the test labels:",
                "  uniform: every model counts the same, nothing is fitted",
                "  validation-auc: a model's weight is its validation AUC",
                "  greedy: how often forward selection with replacement picks the model, by validation AUC (Caruana et al., "
                        + "ICML 2004)",
                "  stacked: zero or more, summing to one, with the least validation log-loss",
                "Or all weights from a file with lines such as 'last = 0.5', 'best = 1.5', 'member.0 = 1' (./greedy, if it has "
                        + "a method's name). Default: the weights of the next three options. Beside a method, those three "
                        + "multiply its weights where they are given.",
                "Members of a run with --folds have no validation volumes in common: validation-auc then takes each member's "
                        + "own fold; greedy, stacked and --temperature are refused."
            })
    private String weightsText;

    @Option(
            names = "--last-weight",
            paramLabel = "X",
            description = "Weight of all last models. Default: 0.5; beside a method, 1")
    private Double lastWeight;

    @Option(
            names = "--best-weight",
            paramLabel = "Y",
            description = "Weight of all best models. Default: 1.5; beside a method, 1")
    private Double bestWeight;

    @Option(names = "--member-weights", paramLabel = "W,W", description = "One weight per member. Default: 1 each")
    private List<String> memberWeights;

    @Option(
            names = "--tta",
            paramLabel = "N",
            description = "Test-time augmentation: take the mean of the logits over the plain volume and N random "
                    + "changes of it, on every split that is used. Takes N + 1 times as long.")
    private Integer draws;

    @Option(
            names = "--tta-augment",
            paramLabel = "R",
            description = "What --tta draws from: torchio, centred or none. Default: centred")
    private String drawAugment;

    @Option(names = "--seed", paramLabel = "S", description = "Decides the draws of --tta. Default: 1")
    private Long drawSeed;

    @Option(
            names = "--temperature",
            description = "Divide the logits by the one number with the least validation log-loss (Guo et al. 2017), "
                    + "so that scores are honest probabilities. No volume changes its class by it.")
    private boolean temperature;

    /** The split that is evaluated. */
    public SplitName split() {
        return split;
    }

    /**
     * Finds out whether the options fit together, before there is a run.
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
        augmentation();
    }

    /**
     * What the options say, for the finished members of a run.
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
        return new EnsembleSettings(weights(run.members().size(), method), method, temperature, augmentation());
    }

    /** In cross-validation, each volume of train and val is one that some member has trained on. */
    private void requireNewVolumes(CrossValidation folds, Optional<WeightMethod> method) {
        if (split != SplitName.test) {
            throw wrongUse("--split " + split + " holds volumes that members have trained on (" + folds.words()
                    + "); only test is new to all of them");
        }
        if (temperature || method.isPresent() && !method.get().worksWithFolds()) {
            throw wrongUse((temperature ? "--temperature" : "--weights " + weightsText) + " is fitted to volumes that "
                    + "no member has trained on, and this run has none (" + folds.words() + "): each member has "
                    + "trained on the folds of the others. Take --weights uniform or validation-auc, without "
                    + "--temperature");
        }
    }

    private Optional<WeightMethod> method() {
        return Optional.ofNullable(weightsText).flatMap(WeightMethod::byFlag);
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(command.commandLine(), message);
    }

    private Predictor.Augmentation augmentation() {
        if (draws == null) {
            if (drawAugment != null || drawSeed != null) {
                throw wrongUse((drawAugment != null ? "--tta-augment" : "--seed") + " goes with --tta N");
            }
            return Predictor.Augmentation.OFF;
        }
        if (draws < 1 || draws > MOST_DRAWS) {
            throw wrongUse("--tta is " + draws + "; expected 1 to " + MOST_DRAWS + ", or no --tta for plain volumes");
        }
        try {
            Recipe recipe = drawAugment == null ? Recipe.CENTRED : Recipe.byFlag(drawAugment);
            return new Predictor.Augmentation(draws, recipe, drawSeed == null ? TrainSettings.SEED : drawSeed);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--tta-" + e.getMessage(), e);
        }
    }

    private EnsembleWeights weights(int members, Optional<WeightMethod> method) {
        if (weightsText != null && method.isEmpty()) {
            return weightsFile(members);
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
                throw wrongUse("--member-weights has " + each.size() + " numbers, but the run has " + members
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

    private EnsembleWeights weightsFile(int members) {
        Path file = Home.expand(weightsText);
        if (Files.notExists(file)) {
            throw new DataFileException(
                    weightsText, "no such file, and no method either; --weights takes a file, " + WeightMethod.flags());
        }
        return EnsembleWeights.read(file, members);
    }
}
