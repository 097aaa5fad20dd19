package dev.voxgrad.medmnist.cli.options;

import java.math.BigInteger;
import java.util.function.Consumer;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.train.settings.CrossValidation;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** Cross-validation in place of the file's split. */
public final class FoldOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--folds",
            paramLabel = "K",
            description = "Cross-validation: cut train and val together into K folds, class by class and by the seed; "
                    + "member m validates on fold m mod K and trains on the others. Test is left as it is, but this is "
                    + "not the official split, and all tables and reports say so. Take a multiple of K --models, and a "
                    + "K that shares no factor with the number of --nets. Default: the split of the file")
    private Integer folds;

    /** What is asked for; null for the split as it is. */
    public CrossValidation crossValidation() {
        try {
            return folds == null ? null : new CrossValidation(folds);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
    }

    /** Warns where folds or nets have unequal shares in a run; {@code crossValidation} may be null. */
    public void warnIfUneven(CrossValidation crossValidation, TrainSettings settings) {
        if (crossValidation == null) {
            return;
        }
        Consumer<String> warnings = Console.warnings(command);
        int count = crossValidation.folds();
        int nets = settings.nets().size();
        if (settings.models() % count != 0) {
            warnings.accept("--models " + settings.models() + " is no multiple of --folds " + count
                    + ", so the folds are not validated on by the same number of members");
        }
        if (!BigInteger.valueOf(count).gcd(BigInteger.valueOf(nets)).equals(BigInteger.ONE)) {
            warnings.accept("--folds " + count + " and the " + nets + " --nets share a factor, so each net meets some "
                    + "of the folds only: member m has fold m mod " + count + " and net m mod " + nets);
        }
    }
}
