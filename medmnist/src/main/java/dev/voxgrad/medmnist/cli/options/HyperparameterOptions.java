package dev.voxgrad.medmnist.cli.options;

import java.nio.file.Path;
import java.util.List;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.medmnist.train.settings.OptimizerKind;
import dev.voxgrad.medmnist.train.settings.Start;
import dev.voxgrad.medmnist.train.settings.Ties;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.medmnist.train.settings.TrainingRecipe;

import static dev.voxgrad.medmnist.cli.options.OptionValues.given;

/** The options that make up a run's {@link TrainSettings}: all that decides the outcome of a training. */
public final class HyperparameterOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Mixin
    private RecipeOptions recipeOptions;

    @Option(
            names = "--models",
            paramLabel = "N",
            description = "Number of members of the run. Default: " + TrainSettings.MODELS)
    private @Nullable Integer models;

    @Option(
            names = "--nets",
            paramLabel = "NET,NET",
            completionCandidates = NetNames.class,
            description = "Nets of the members, assigned in turn: ${COMPLETION-CANDIDATES}. " + NetNames.WIDTHS
                    + " Default: net1,net2,net3")
    private @Nullable List<String> nets;

    @Option(
            names = "--epochs",
            paramLabel = "E",
            description = "Passes over the training volumes. Default: " + TrainSettings.EPOCHS
                    + "; with the recipe medmnist " + TrainingRecipe.MEDMNIST_EPOCHS)
    private @Nullable Integer epochs;

    @Option(
            names = "--batch-size",
            paramLabel = "B",
            description = "Volumes per step. Default: " + TrainSettings.BATCH_SIZE)
    private @Nullable Integer batchSize;

    @Option(
            names = "--lr",
            paramLabel = "X",
            description = "The optimiser's learning rate. Default: " + TrainSettings.LEARNING_RATE)
    private @Nullable Double learningRate;

    @Option(
            names = "--weight-decay",
            paramLabel = "X",
            description = "Weight decay: decoupled in AdamW, an L2 penalty in Adam and SGD, as in PyTorch. Default: "
                    + TrainSettings.WEIGHT_DECAY + "; with the recipe medmnist 0")
    private @Nullable Double weightDecay;

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            description = "adamw (as in the original study), adam, or sgd with momentum " + OptimizerKind.MOMENTUM
                    + ", which usually needs a higher --lr. Default: adamw; with the recipe medmnist adam")
    private @Nullable String optimizer;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Random seed of initial weights, data order and augmentation. Default: " + TrainSettings.SEED)
    private @Nullable Long seed;

    @Option(names = "--no-shuffle", description = "Train on the volumes in the order of the file in every epoch.")
    private boolean noShuffle;

    @Option(
            names = "--init-weights",
            paramLabel = "FILE",
            description = "Start every member from the weights in this file: safetensors or PyTorch's .pth.")
    private @Nullable Path initWeights;

    @Option(
            names = "--augment",
            paramLabel = "R",
            description =
                    "Augmentation of the training volumes in each epoch: torchio (as in the original study), centred "
                            + "(the same, gentler, for small volumes) or none. 'medmnist summary --augment' lists "
                            + "their transforms, 'medmnist show' draws examples. Default: torchio; with the recipe "
                            + "medmnist none")
    private @Nullable String augment;

    @Option(
            names = "--start",
            paramLabel = "HOW",
            description =
                    "What the weights of 3D convolutions start from: default (random weights as in PyTorch) or i3d "
                            + "(random 2D kernels, divided by the kernel's depth and repeated in all of its planes; no "
                            + "difference to 2.5D and ACS nets). Default: default; with the recipe medmnist i3d")
    private @Nullable String start;

    @Option(
            names = "--ties",
            paramLabel = "WHICH",
            description = "The epoch of the best model if several have the same, highest validation AUC: latest or "
                    + "first. Default: latest; with the recipe medmnist first")
    private @Nullable String ties;

    @Mixin
    private PreparationOptions preparationOptions;

    @Mixin
    private RefinementOptions refinementOptions;

    /** Returns the settings of a new run on these volumes: those in the options, and for the others the recipe's. */
    public TrainSettings settings(DataSource source) {
        List<NetSpec> specs = nets(Nets.defaults());
        return settings(
                recipeOptions.forNets(specs).settings(source).nets(specs).build());
    }

    private List<NetSpec> nets(List<NetSpec> otherwise) {
        return nets == null
                ? otherwise
                : OptionValues.split(nets).stream()
                        .map(name -> OptionValues.net(command, name))
                        .toList();
    }

    /** Returns the settings in the options; the others are taken from {@code base}, whatever the recipe. */
    public TrainSettings settings(TrainSettings base) {
        try {
            return base.toBuilder()
                    .models(given(models, base.models()))
                    .nets(nets(base.nets()))
                    .epochs(given(epochs, base.epochs()))
                    .batchSize(given(batchSize, base.batchSize()))
                    .learningRate(given(learningRate, base.learningRate()))
                    .weightDecay(given(weightDecay, base.weightDecay()))
                    .optimizer(optimizer == null ? base.optimizer() : OptimizerKind.byFlag(optimizer))
                    .seed(given(seed, base.seed()))
                    .shuffle(!noShuffle && base.shuffle())
                    .augment(given(augment, base.augment()))
                    .recipe(recipeOptions.given().orElse(base.recipe()))
                    .preparation(preparationOptions.preparation(base.preparation()))
                    .start(start == null ? base.start() : Start.byFlag(start))
                    .ties(ties == null ? base.ties() : Ties.byFlag(ties))
                    .options(refinementOptions.options(base.options()))
                    .initWeights(
                            initWeights == null
                                    ? base.initWeights()
                                    : initWeights.toAbsolutePath().normalize().toString())
                    .build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
    }
}
