package dev.voxgrad.medmnist.cli;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.train.DataSource;
import dev.voxgrad.medmnist.train.RunFiles;
import dev.voxgrad.medmnist.train.RunInfo;
import dev.voxgrad.medmnist.train.TrainSettings;
import dev.voxgrad.medmnist.train.Trainer;

/** {@code medmnist train}. */
@Command(name = "train", header = "Trains the members of an ensemble.", sortOptions = false, description = {
    "Trains the members of an ensemble and keeps of each the last model and the one with the best validation AUC.",
    "",
    "The defaults are the original study's: 15 members of 500 epochs each, which takes a CPU weeks. To begin with:",
    "  medmnist train --flag adrenalmnist3d --download --models 3 --epochs 5 --out runs/adrenal",
    "",
    "The same seed gives the same weights to the byte, for any number of threads.",
    ""
})
final class TrainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Mixin
    private DataOptions dataOptions;

    @Option(names = "--out", paramLabel = "RUN", required = true,
            description = "New folder for the run's weights and tables.")
    private Path out;

    @Option(names = "--models", paramLabel = "N", description = "Members to train. Default: ${DEFAULT-VALUE}")
    private int models = TrainSettings.MODELS;

    @Option(names = "--nets", paramLabel = "NET", split = ",",
            description = "Their nets, taken in turn. Default: ${DEFAULT-VALUE}")
    private List<String> nets = List.of("net1", "net2", "net3");

    @Option(names = "--epochs", paramLabel = "E",
            description = "Passes over the training volumes. Default: ${DEFAULT-VALUE}")
    private int epochs = TrainSettings.EPOCHS;

    @Option(names = "--batch-size", paramLabel = "B", description = "Volumes per step. Default: ${DEFAULT-VALUE}")
    private int batchSize = TrainSettings.BATCH_SIZE;

    @Option(names = "--lr", paramLabel = "X", description = "AdamW's learning rate. Default: ${DEFAULT-VALUE}")
    private double learningRate = TrainSettings.LEARNING_RATE;

    @Option(names = "--weight-decay", paramLabel = "X",
            description = "AdamW's decoupled weight decay. Default: ${DEFAULT-VALUE}")
    private double weightDecay = TrainSettings.WEIGHT_DECAY;

    @Option(names = "--seed", paramLabel = "S",
            description = "Decides initial weights, data order and augmentation. Default: ${DEFAULT-VALUE}")
    private long seed = TrainSettings.SEED;

    @Option(names = "--no-shuffle", description = "Keep the order of the file in every epoch.")
    private boolean noShuffle;

    @Option(names = "--init-weights", paramLabel = "FILE",
            description = "Start every member from this safetensors file.")
    private Path initWeights;

    @Option(names = "--augment", paramLabel = "R",
            description = "How each epoch changes the training volumes: torchio (as the original study did), centred "
                    + "(the same, gentler, for small volumes) or none. 'summary --augment' tells what is in them, 'show' "
                    + "draws pictures of them. Default: ${DEFAULT-VALUE}")
    private String augment = TrainSettings.AUGMENT;

    @Mixin
    private DeviceOptions deviceOptions;

    @Override
    public Integer call() {
        DataSource source = dataOptions.source();
        TrainSettings settings = settings();
        RunFiles.requireEmpty(out);
        Device device = deviceOptions.open();
        VolumeData data = dataOptions.load(source);
        train(source, data, settings, device, out, new Console(command.commandLine().getOut()));
        return 0;
    }

    private TrainSettings settings() {
        List<NetSpec> specs = nets.stream().map(name -> SummaryCommand.net(command, name)).toList();
        try {
            return new TrainSettings(models, specs, epochs, batchSize, learningRate, weightDecay, seed, !noShuffle,
                    augment, initWeights == null ? null : initWeights.toAbsolutePath().normalize().toString());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
    }

    /** Trains a whole run into {@code out} and tells the console how it goes. */
    static RunFiles train(
            DataSource source, VolumeData data, TrainSettings settings, Device device, Path out, Console console) {
        Trainer.check(settings, data, device);
        console.line(data.name() + ": " + data.train().size() + "/" + data.val().size() + "/" + data.test().size()
                + " volumes of " + data.shape() + ", " + data.classes() + " classes"
                + (data.synthetic() ? " (SYNTHETIC: made by code, not medical)" : ""));
        RunInfo info = new RunInfo(Main.Version.number(), Runtime.version().toString(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(), device.description(),
                device.convolution().flag(), device.fusion(), source, data.md5().orElse(null), data.synthetic(),
                data.task().officialName(), data.labelNames(), settings);
        RunFiles run = RunFiles.create(out, info);
        boolean done = false;
        try {
            new Trainer(run, data, device, new RunProgress(settings, data, console)).run();
            done = true;
        } finally {
            if (!done && !run.removeIfNothingLearned()) {
                console.line("It broke off; what was learned until then is kept in " + out);
            }
        }
        console.line("The run is in " + out + "; 'medmnist ensemble --run " + out + "' combines its members.");
        return run;
    }
}
