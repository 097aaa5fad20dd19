package dev.voxgrad.medmnist.cli.options;

import java.util.Optional;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.ensemble.SelectionSettings;
import dev.voxgrad.medmnist.ensemble.WeightMethod;

/** The options of greedy selection, and of the estimate of its optimism. */
public final class SelectionOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--greedy-bags",
            paramLabel = "N",
            description = "Random halves of the models from which --weights greedy selects; the weights are the means "
                    + "over them. Default: 20")
    private @Nullable Integer bags;

    @Option(
            names = "--greedy-best",
            paramLabel = "N",
            description = "Best models with which each of these selections starts. Default: 5")
    private @Nullable Integer best;

    @Option(
            names = "--fit-seed",
            paramLabel = "S",
            description =
                    "Random seed of greedy's halves, and of the folds of validation volumes on which every fit is "
                            + "checked. Default: 1")
    private @Nullable Long seed;

    /**
     * Returns the settings in the options.
     *
     * @param method that finds the weights, if there is one
     * @param fits whether anything is fitted to validation
     * @throws ParameterException if a value is out of range, or an option has no effect
     */
    SelectionSettings settings(Optional<WeightMethod> method, boolean fits) {
        if ((bags != null || best != null) && !method.equals(Optional.of(WeightMethod.GREEDY))) {
            throw wrongUse((bags != null ? "--greedy-bags" : "--greedy-best") + " requires --weights greedy");
        }
        if (seed != null && !fits) {
            throw wrongUse("--fit-seed requires something that is fitted: --weights greedy, stacked or validation-auc, "
                    + "or --temperature");
        }
        SelectionSettings usual = SelectionSettings.DEFAULT;
        try {
            return new SelectionSettings(
                    bags == null ? usual.bags() : bags,
                    best == null ? usual.best() : best,
                    seed == null ? usual.seed() : seed);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--greedy-" + e.getMessage(), e);
        }
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
