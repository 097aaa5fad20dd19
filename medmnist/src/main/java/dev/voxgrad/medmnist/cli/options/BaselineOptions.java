package dev.voxgrad.medmnist.cli.options;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.baseline.BaselineSettings;
import dev.voxgrad.medmnist.baseline.model.Classifier;
import dev.voxgrad.medmnist.baseline.selection.Protocol;
import dev.voxgrad.medmnist.baseline.selection.Refit;

/** The options that say what a baseline tries, and how it chooses. */
public final class BaselineOptions {
    private static final Pattern TIME = Pattern.compile("(\\d{1,7})(s|m|h)");

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--features",
            paramLabel = "SET",
            split = ",",
            description = "Feature sets, separated by commas: shape (numbers that describe the shape in a volume, and "
                    + "grey values), grid7 and grid14 (means of blocks), voxels; or joined ones such as shape+grid7. "
                    + "Default: shape; with --protocol autosklearn, voxels")
    private @Nullable List<String> features;

    @Option(
            names = "--models",
            paramLabel = "KIND",
            split = ",",
            description = "Kinds of models, separated by commas: logistic (regression with an L2 penalty), forest "
                    + "(random), extra-trees, boosted (trees), knn (nearest neighbours). Default: all of them")
    private @Nullable List<String> models;

    @Option(
            names = "--protocol",
            paramLabel = "P",
            description = "default: choose by the log-loss of out-of-fold predictions of train. autosklearn: as in the "
                    + "published row of auto-sklearn, raw voxels, one holdout of a third of train, chosen by accuracy, "
                    + "not fitted again, val unused. Default: default")
    private @Nullable String protocol;

    @Option(
            names = "--folds",
            paramLabel = "K",
            description = "Number of folds of train, stratified by class. Default: " + BaselineSettings.FOLDS)
    private @Nullable Integer folds;

    @Option(
            names = "--refit",
            paramLabel = "R",
            description =
                    "What the chosen models are fitted to at the end: train, or all for train and val; then there "
                            + "are no figures of val. Default: train")
    private @Nullable String refit;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "" + BaselineSettings.SEED,
            description = "Seed of folds, trees and intervals. Default: ${DEFAULT-VALUE}")
    private long seed;

    @Option(
            names = "--budget",
            paramLabel = "TIME",
            description = "Try no further candidate after this time, such as 90s, 10m or 4h; what was started is "
                    + "finished. The choice then depends on the machine. Default: no limit")
    private @Nullable String budget;

    @Option(
            names = "--threads",
            paramLabel = "T",
            description = "Number of threads; the results do not depend on it. Default: all cores")
    private @Nullable Integer threads;

    /**
     * Returns the settings.
     *
     * @throws ParameterException if an option is out of range, or options contradict each other
     */
    public BaselineSettings settings() {
        try {
            Protocol chosen = protocol == null ? Protocol.DEFAULT : Protocol.byFlag(protocol);
            boolean isHoldout = chosen == Protocol.AUTOSKLEARN;
            return new BaselineSettings(
                    chosen,
                    features == null ? isHoldout ? List.of("voxels") : BaselineSettings.FEATURES : features,
                    models == null ? Classifier.KINDS : models,
                    folds == null ? isHoldout ? 0 : BaselineSettings.FOLDS : folds,
                    refit == null ? isHoldout ? Refit.NONE : Refit.TRAIN : Refit.byFlag(refit),
                    seed,
                    budget == null ? null : seconds(budget),
                    threads == null ? Runtime.getRuntime().availableProcessors() : threads);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
    }

    private static double seconds(String text) {
        Matcher matcher = TIME.matcher(text);
        if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
            throw new IllegalArgumentException("budget is '" + text + "'; expected a time such as 90s, 10m or 4h");
        }
        long unit = switch (matcher.group(2)) {
            case "s" -> 1;
            case "m" -> 60;
            default -> 3600;
        };
        return Long.parseLong(matcher.group(1)) * (double) unit;
    }
}
