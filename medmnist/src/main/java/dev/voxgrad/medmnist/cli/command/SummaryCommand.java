package dev.voxgrad.medmnist.cli.command;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.medmnist.augment.Recipe;
import dev.voxgrad.medmnist.cli.options.NetNames;
import dev.voxgrad.medmnist.cli.options.OptionValues;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.nets.NetPlan;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.NetSummary;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** Runs {@code medmnist summary}. */
@Command(
        name = "summary",
        header = "Prints a net's layers, shapes, parameters and FLOPs, or a recipe's transforms.",
        description = {
            "Prints a net's layers with their output shapes, parameters, and FLOPs of the forward pass of one volume.",
            "A multiply-add counts as two FLOPs; a training step takes three times as many as the forward pass.",
            "With --plan, prints how the CPU computes each convolution instead: the algorithm of each pass, and the "
                    + "FLOPs that it executes. The plan does not depend on the number of threads.",
            "With --augment, prints the transforms of an augmentation recipe, or of all of them, and needs no --net.",
            "Examples: medmnist summary --net net2 --size 64",
            "          medmnist summary --net net1 --size 16x48x48 --channels 2",
            "          medmnist summary --augment"
        })
public final class SummaryCommand implements Callable<Integer> {
    static final int LARGEST_EDGE = 128;
    static final int MOST_CLASSES = 10_000;
    private static final int MOST_CHANNELS = 1000;

    @Spec
    private CommandSpec command;

    @ArgGroup(multiplicity = "1")
    private Subject subject;

    /** The net or the recipes to describe. */
    private static final class Subject {
        @Option(
                names = "--net",
                paramLabel = "N",
                completionCandidates = NetNames.class,
                description = "One of ${COMPLETION-CANDIDATES}. " + NetNames.WIDTHS)
        private @Nullable String net;

        @Option(
                names = "--augment",
                paramLabel = "R",
                arity = "0..1",
                fallbackValue = "all",
                description = "torchio, centred or none, instead of a net; without a name, all of them.")
        private @Nullable String augment;
    }

    @Option(
            names = "--classes",
            paramLabel = "K",
            defaultValue = "2",
            description = "Number of classes. Default: ${DEFAULT-VALUE}")
    private int classes;

    @Option(
            names = "--channels",
            paramLabel = "C",
            description = "Channels of a volume. Default: 3 for the ResNets, as their recipe copies grey volumes to "
                    + "three channels; else 1")
    private @Nullable Integer channels;

    @Option(
            names = "--size",
            paramLabel = "S|DxHxW",
            defaultValue = "28",
            description = "Voxels along each axis of a volume: 28 for a cube, or 16x48x48. Default: ${DEFAULT-VALUE}")
    private String size;

    @Option(names = "--plan", description = "Print the algorithm of each convolution and pass.")
    private boolean plan;

    @Option(
            names = "--batch-size",
            paramLabel = "B",
            description = "Volumes at a time, for --plan. Default: " + TrainSettings.BATCH_SIZE)
    private @Nullable Integer batchSize;

    @Option(
            names = "--convolution",
            paramLabel = "HOW",
            description = "auto, direct, winograd or winograd4, for --plan. Default: auto")
    private @Nullable String convolution;

    @Override
    public Integer call() {
        if (subject.augment != null) {
            return describeRecipes(subject.augment);
        }
        NetSpec spec = OptionValues.net(command, Objects.requireNonNull(subject.net));
        int volumeChannels = OptionValues.channels(channels, spec);
        if (classes < 1 || classes > MOST_CLASSES || volumeChannels < 1 || volumeChannels > MOST_CHANNELS) {
            throw new ParameterException(
                    command.commandLine(),
                    "--classes " + classes + ", --channels " + volumeChannels
                            + ": expected at least 1 each, at most " + MOST_CLASSES + " classes and " + MOST_CHANNELS
                            + " channels");
        }
        VolumeShape volume = OptionValues.volume(command, size, volumeChannels, LARGEST_EDGE);
        if (!plan && (batchSize != null || convolution != null)) {
            throw new ParameterException(command.commandLine(), "--batch-size and --convolution are for --plan only");
        }
        try {
            command.commandLine()
                    .getOut()
                    .print(
                            plan
                                    ? plan(spec, volume).toText()
                                    : NetSummary.of(spec, volume, classes).toText());
            return 0;
        } catch (DataException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    private int describeRecipes(String augment) {
        try {
            List<Recipe> recipes = augment.equals("all") ? Recipe.all() : List.of(Recipe.byFlag(augment));
            command.commandLine()
                    .getOut()
                    .print(recipes.stream().map(Recipe::toText).collect(Collectors.joining(System.lineSeparator())));
            return 0;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
    }

    private NetPlan plan(NetSpec spec, VolumeShape volume) {
        int batch = batchSize == null ? TrainSettings.BATCH_SIZE : batchSize;
        OptionValues.requireWithin(command, "--batch-size", batch, TrainSettings.MOST_VOLUMES);
        try {
            spec.requireFits(batch, volume);
            return NetPlan.of(spec, volume, classes, batch, convolutionMode());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    private ConvolutionMode convolutionMode() {
        try {
            return convolution == null ? ConvolutionMode.AUTO : ConvolutionMode.byFlag(convolution);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
    }
}
