package dev.voxgrad.medmnist.cli.options;

import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.train.settings.TrainingRecipe;

/** The option that names a {@link TrainingRecipe}. */
public final class RecipeOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--recipe",
            paramLabel = "NAME",
            description = "Where the defaults of all other options come from: study (the original study's), or "
                    + "medmnist (those of MedMNIST's script, which the published ResNets were trained with: "
                    + "--optimizer adam --weight-decay 0 --schedule multistep --epochs 100 --augment none --normalise "
                    + "none --rgb --start i3d --ties first, and --shape-transform for the masks of adrenalmnist3d and "
                    + "vesselmnist3d). Options that are given override it. Default: medmnist for the ResNets, study "
                    + "for all other nets; nets with different defaults cannot be in one run unless a recipe is given")
    private @Nullable String recipe;

    /** Returns the recipe that was given, if any. */
    public Optional<TrainingRecipe> given() {
        try {
            return Optional.ofNullable(recipe).map(TrainingRecipe::byFlag);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
    }

    /**
     * Returns the recipe that was given, or else the one that these nets have by default.
     *
     * @throws ParameterException if none was given and the defaults differ
     */
    public TrainingRecipe forNets(List<NetSpec> nets) {
        try {
            return given().orElseGet(() -> TrainingRecipe.of(nets));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
    }
}
