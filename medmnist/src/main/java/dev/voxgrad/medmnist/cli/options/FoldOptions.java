package dev.voxgrad.medmnist.cli.options;

import java.math.BigInteger;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.train.settings.CrossValidation;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** The option for cross-validation instead of the file's split. */
public final class FoldOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--folds",
            paramLabel = "K",
            description =
                    "Cross-validation: divide train and val together into K folds, stratified by class and shuffled "
                            + "with the seed; member m validates on fold m mod K and trains on the others. Test stays "
                            + "the same, but this is not the official split, and all tables and reports say so. Choose "
                            + "--models as a multiple of K, and K coprime to the number of --nets. Default: the split "
                            + "of the file")
    private @Nullable Integer folds;

    /** Returns the folds that the option gives, or null for the split of the file. */
    public @Nullable CrossValidation crossValidation() {
        try {
            return folds == null ? null : new CrossValidation(folds);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
    }

    /** Warns if folds or nets have unequal shares in a run; does nothing if {@code crossValidation} is null. */
    public void warnIfUneven(@Nullable CrossValidation crossValidation, TrainSettings settings) {
        if (crossValidation == null) {
            return;
        }
        Consumer<String> warnings = Console.warnings(command);
        int count = crossValidation.folds();
        int nets = settings.nets().size();
        if (settings.models() % count != 0) {
            warnings.accept("--models " + settings.models() + " is not a multiple of --folds " + count
                    + ", so some folds have more members that validate on them than others");
        }
        if (!BigInteger.valueOf(count).gcd(BigInteger.valueOf(nets)).equals(BigInteger.ONE)) {
            warnings.accept("--folds " + count + " and the " + nets + " --nets share a factor, so each net is trained "
                    + "on some of the folds only: member m has fold m mod " + count + " and net m mod " + nets);
        }
    }
}
