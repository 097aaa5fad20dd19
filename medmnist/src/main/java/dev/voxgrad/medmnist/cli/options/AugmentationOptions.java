package dev.voxgrad.medmnist.cli.options;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.augment.Recipe;
import dev.voxgrad.medmnist.train.Predictor;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** The options of test-time augmentation. */
public final class AugmentationOptions {
    private static final int MOST_DRAWS = 1000;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--tta",
            paramLabel = "N",
            description = "Test-time augmentation: average the logits of the original volume and N randomly augmented "
                    + "copies, on every split that is used. Takes N + 1 times as long.")
    private @Nullable Integer draws;

    @Option(
            names = "--tta-augment",
            paramLabel = "R",
            description = "Recipe that --tta draws from: torchio, centred or none. Default: centred")
    private @Nullable String drawAugment;

    @Option(names = "--seed", paramLabel = "S", description = "Random seed of --tta. Default: 1")
    private @Nullable Long drawSeed;

    /** Returns whether one of the options was given. */
    public boolean isGiven() {
        return draws != null || drawAugment != null || drawSeed != null;
    }

    /**
     * Returns the augmentation in the options; without {@code --tta}, that of plain volumes.
     *
     * @throws ParameterException if a value is out of range, or one of the others is given without {@code --tta}
     */
    public Predictor.Augmentation augmentation() {
        if (draws == null) {
            if (drawAugment != null || drawSeed != null) {
                throw wrongUse((drawAugment != null ? "--tta-augment" : "--seed") + " requires --tta N");
            }
            return Predictor.Augmentation.OFF;
        }
        if (draws < 1 || draws > MOST_DRAWS) {
            throw wrongUse("--tta is " + draws + "; expected 1 to " + MOST_DRAWS
                    + "; leave the option out for no test-time augmentation");
        }
        try {
            Recipe recipe = drawAugment == null ? Recipe.CENTRED : Recipe.byFlag(drawAugment);
            return new Predictor.Augmentation(draws, recipe, drawSeed == null ? TrainSettings.SEED : drawSeed);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--tta-" + e.getMessage(), e);
        }
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
