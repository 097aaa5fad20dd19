package dev.voxgrad.medmnist.cli.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.cli.options.DataOptions;
import dev.voxgrad.medmnist.cli.options.OptionValues;
import dev.voxgrad.medmnist.cli.options.SplitName;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.saving.VolumeMontage;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** Runs {@code medmnist montage}. */
@Command(
        name = "montage",
        header = "Shows many volumes of a split in one picture.",
        sortOptions = false,
        description = {
            "Shows volumes that are chosen at random in a grid: as an animation through their planes across X (.gif), "
                    + "or as a picture of their middle planes (.png). A split with fewer volumes than places is shown "
                    + "whole.",
            "",
            "Example: medmnist montage --flag adrenalmnist3d --split val --length 10 --out adrenal.gif",
            ""
        })
public final class MontageCommand implements Callable<Integer> {
    private static final int LONGEST = 100;

    @Spec
    private CommandSpec command;

    @Mixin
    private DataOptions dataOptions;

    @Option(
            names = "--split",
            paramLabel = "SPLIT",
            defaultValue = "train",
            description = "train, val or test. Default: ${DEFAULT-VALUE}")
    private SplitName split;

    @Option(
            names = "--length",
            paramLabel = "N",
            defaultValue = "20",
            description = "Volumes along each edge of the grid, up to " + LONGEST + ". Default: ${DEFAULT-VALUE}")
    private int length;

    @Option(names = "--seed", paramLabel = "S", description = "Seed of the choice. Default: ${DEFAULT-VALUE}")
    private long seed = TrainSettings.SEED;

    @Option(
            names = "--out",
            paramLabel = "FILE.gif|FILE.png",
            description =
                    "File to write. Default: in the current folder, the name that MedMNIST's Python package uses, "
                            + "such as adrenalmnist3d_train_montage.gif")
    private @Nullable Path out;

    @Override
    public Integer call() {
        OptionValues.requireWithin(command, "--length", length, LONGEST);
        VolumeData data =
                dataOptions.load(dataOptions.source(), Preparation.STUDY.withoutNormalisation(), Requirement.NONE);
        Split volumes = data.split(split.name());
        Path file = out == null ? Path.of(SaveCommand.nameOf(data) + "_" + volumes.name() + "_montage.gif") : out;
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (!name.endsWith(".gif") && !name.endsWith(".png")) {
            throw new ParameterException(
                    command.commandLine(), "--out is '" + file + "'; expected a name that ends with .gif or .png");
        }
        AtomicFile.requireWritable(file);
        VolumeMontage montage = new VolumeMontage(volumes, length, seed);
        AtomicFile.write(
                file, name.endsWith(".gif") ? montage.gif() : montage.picture().png());
        PrintWriter console = command.commandLine().getOut();
        console.println(montage.count() + " of " + volumes.size() + " volumes of " + volumes.name() + ", "
                + montage.length() + " in a row. Written to " + file);
        return 0;
    }
}
