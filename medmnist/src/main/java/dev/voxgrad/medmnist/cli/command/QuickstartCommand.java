package dev.voxgrad.medmnist.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.augment.Recipe;
import dev.voxgrad.medmnist.cli.options.DeviceOptions;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.ensemble.EnsembleSettings;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.model.EnsembleWeights;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** Runs {@code medmnist quickstart}. */
@Command(
        name = "quickstart",
        header = "Trains and evaluates a small ensemble on generated volumes.",
        description = {
            "Trains a small ensemble of Net1, Net2 and Net3 on generated volumes (SYNTHETIC: noisy shapes, not "
                    + "medical), evaluates it and prints the results. Takes one to three minutes on two cores.",
            "Example: medmnist quickstart --out runs/quickstart",
            ""
        })
public final class QuickstartCommand implements Callable<Integer> {
    private static final int EPOCHS = 3;
    /** Half the usual rate: with so few steps, batch norm's running statistics must keep up with the weights. */
    private static final double LEARNING_RATE = TrainSettings.LEARNING_RATE / 2;

    private static final int BATCH_SIZE = 8;
    private static final SyntheticShapes.Settings SHAPES =
            new SyntheticShapes.Settings(TrainSettings.SEED, 28, 320, 100, 200, SyntheticShapes.DIFFICULTY);

    @Spec
    private CommandSpec command;

    @Option(
            names = "--out",
            paramLabel = "RUN",
            description = "New folder for the run. Default: a new temporary folder")
    private @Nullable Path out;

    @Mixin
    private DeviceOptions deviceOptions;

    @Override
    public Integer call() {
        if (out != null) {
            RunFiles.requireEmpty(out);
        }
        Console console = new Console(command.commandLine().getOut());
        Device device = deviceOptions.open();
        TrainSettings settings = TrainSettings.builder()
                .models(Nets.defaults().size())
                .epochs(EPOCHS)
                .batchSize(BATCH_SIZE)
                .learningRate(LEARNING_RATE)
                .augment(Recipe.NONE.flag())
                .build();
        DataSource source = DataSource.synthetic(SHAPES);
        VolumeData data = source.load(console::line);
        RunFiles run = NewRun.create(source, data, null, settings, device, out == null ? temporary() : out);
        new TrainingSession(run, data, device, console).train();
        EnsembleSettings plain = EnsembleSettings.plain(EnsembleWeights.defaults(settings.models()));
        console.line("");
        EnsembleCommand.evaluate(run, data, data.test(), device, plain, console);
        return 0;
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("voxgrad-quickstart-");
        } catch (IOException e) {
            throw new DataFileException(
                    System.getProperty("java.io.tmpdir"),
                    "cannot create a temporary folder here: " + AtomicFile.describe(e) + "; name a folder with --out",
                    e);
        }
    }
}
