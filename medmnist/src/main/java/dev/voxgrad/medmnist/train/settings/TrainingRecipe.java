package dev.voxgrad.medmnist.train.settings;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;
import dev.voxgrad.medmnist.augment.Recipe;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.nets.NetSpec;

/**
 * Names sets of settings that were published together. A recipe only provides defaults: each of its parts is a setting
 * of its own, and a run records all of them.
 *
 * <pre>{@code
 * TrainSettings settings = TrainingRecipe.MEDMNIST.settings(source).nets(nets).models(3).seed(1).build();
 * }</pre>
 */
public enum TrainingRecipe implements Flagged {
    /** Trains as the original study did: see {@link TrainSettings}. */
    STUDY {
        @Override
        public TrainSettings.Builder settings(DataSource source) {
            return TrainSettings.builder();
        }
    },
    /**
     * Trains as MedMNIST's script for 3D sets did for the published results: Adam at 0.001 without weight decay, a
     * tenth of that after ⌊E/2⌋ of E = 100 epochs and a hundredth after ⌊3E/4⌋, batches of 32, volumes from 0 to 1 with
     * grey in three channels, masks with {@link Preparation#shapeTransform}, no other augmentation, 3D kernels that
     * start as 2D ones, and the first of the best epochs. Source: https://github.com/MedMNIST/experiments, folder
     * MedMNIST3D.
     */
    MEDMNIST {
        @Override
        public TrainSettings.Builder settings(DataSource source) {
            return TrainSettings.builder()
                    .recipe(this)
                    .epochs(MEDMNIST_EPOCHS)
                    .weightDecay(0)
                    .optimizer(OptimizerKind.ADAM)
                    .augment(Recipe.NONE.flag())
                    .preparation(source.isMasks() ? Preparation.MEDMNIST.withShapeTransform() : Preparation.MEDMNIST)
                    .options(TrainingOptions.PLAIN.withSchedule(TrainingOptions.Schedule.MULTISTEP))
                    .start(Start.I3D)
                    .ties(Ties.FIRST);
        }
    };

    /** The epochs of MedMNIST's script. */
    public static final int MEDMNIST_EPOCHS = 100;

    /**
     * Starts with this recipe's settings.
     *
     * @param source of the volumes, since masks are treated differently
     */
    public abstract TrainSettings.Builder settings(DataSource source);

    /** Returns the name on the command line. */
    @Override
    public String flag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the recipe with that name. */
    public static TrainingRecipe byFlag(String flag) {
        return Flags.parse("recipe", flag, List.of(values()));
    }

    /** Returns the recipe that a net is trained by, unless another one is chosen. */
    public static TrainingRecipe of(NetSpec net) {
        return net.isOfBenchmark() ? MEDMNIST : STUDY;
    }

    /**
     * Returns the recipe that all these nets are trained by, unless another one is chosen.
     *
     * @throws IllegalArgumentException if their recipes differ
     */
    public static TrainingRecipe of(List<NetSpec> nets) {
        Set<TrainingRecipe> recipes = nets.stream().map(TrainingRecipe::of).collect(Collectors.toSet());
        if (recipes.size() > 1) {
            throw new IllegalArgumentException("nets is "
                    + nets.stream().map(NetSpec::name).collect(Collectors.joining(","))
                    + ", and their recipes differ (" + words(nets, STUDY) + "; " + words(nets, MEDMNIST)
                    + "); all members of a run are trained by one recipe, so add --recipe study or --recipe "
                    + "medmnist, or make two runs");
        }
        return recipes.iterator().next();
    }

    private static String words(List<NetSpec> nets, TrainingRecipe recipe) {
        return recipe.flag() + ": "
                + nets.stream()
                        .filter(net -> of(net) == recipe)
                        .map(NetSpec::name)
                        .distinct()
                        .collect(Collectors.joining(", "));
    }
}
