package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.medmnist.cli.options.DataOptions;
import dev.voxgrad.medmnist.cli.options.DeviceOptions;
import dev.voxgrad.medmnist.cli.options.NetNames;
import dev.voxgrad.medmnist.cli.options.OptionValues;
import dev.voxgrad.medmnist.cli.options.RecipeOptions;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.medmnist.watch.ConvolutionData;
import dev.voxgrad.medmnist.watch.ConvolutionWatch;
import dev.voxgrad.medmnist.watch.StepData;
import dev.voxgrad.medmnist.watch.StepWatch;
import dev.voxgrad.medmnist.watch.WatchPage;

/** Runs {@code medmnist watch}. */
@Command(
        name = "watch",
        header = "Shows a training step, or one operation, frame by frame in a browser.",
        sortOptions = false,
        description = {
            "With --net, takes the first training step that member 0 of a run with these options would take, and writes "
                    + "a page that shows it frame by frame: the batch, every operation with its values, the loss, the "
                    + "gradients on their way back, the update of each parameter, and each kernel's time. Move with "
                    + "the slider or the arrow keys; space plays. Without data, it uses two volumes made by code.",
            "",
            "With --op conv3d, computes one convolution on the reference device, on the CPU by each algorithm and "
                    + "vector width, and on a GPU if there is one, and writes a page with the values, errors and times, "
                    + "and with Winograd's algorithm on one tile, number by number.",
            "",
            "A page is one file that loads nothing from elsewhere. The numbers are those of a real step: the loss is "
                    + "that of a training with the same options and --no-fusion; with --fused, of one without it.",
            "",
            "Examples:",
            "  medmnist watch --net net1 --out step.html",
            "  medmnist watch --net net2 --flag adrenalmnist3d --batch-size 4 --out adrenal.html",
            "  medmnist watch --op conv3d --out conv3d.html",
            ""
        })
public final class WatchCommand implements Callable<Integer> {
    private static final int BATCH_SIZE = 2;
    /** More volumes make a step slow, and the page shows one of them. */
    private static final int MOST_VOLUMES = 256;

    /** All other options make sense for --net alone. */
    private static final Set<String> OF_OPERATIONS =
            Set.of("--op", "--out", "--threads", "--channels", "--edge", "--sources", "--debug");

    private static final int MOST_CHANNELS = 128;
    private static final int LARGEST_EDGE = 32;
    private static final StepWatch.Timing TIMING = new StepWatch.Timing(12, 4, 7, true);
    private static final int TRIAL_RUNS = 16;
    private static final double TRIAL_SECONDS = 0.8;

    @Spec
    private CommandSpec command;

    @ArgGroup(multiplicity = "1")
    private Subject subject;

    /** What to watch. */
    private static final class Subject {
        @Option(
                names = "--net",
                paramLabel = "N",
                completionCandidates = NetNames.class,
                description = "A training step of one of ${COMPLETION-CANDIDATES}.")
        private @Nullable String net;

        @Option(names = "--op", paramLabel = "OP", description = "One operation: conv3d.")
        private @Nullable String op;
    }

    @Option(names = "--out", paramLabel = "FILE.html", description = "File to write. Default: step.html or conv3d.html")
    private @Nullable Path out;

    @Mixin
    private DataOptions dataOptions;

    @Option(
            names = "--batch-size",
            paramLabel = "B",
            description = "Volumes in the step, for --net. Default: " + BATCH_SIZE)
    private @Nullable Integer batchSize;

    @Option(names = "--seed", paramLabel = "S", description = "Seed of the run, for --net. Default: ${DEFAULT-VALUE}")
    private long seed = TrainSettings.SEED;

    @Mixin
    private RecipeOptions recipeOptions;

    @Option(
            names = "--augment",
            paramLabel = "R",
            description = "torchio, centred or none, for --net. Default: that of the recipe")
    private @Nullable String augment;

    @Option(
            names = "--lr",
            paramLabel = "X",
            description = "Learning rate, for --net. Default: " + TrainSettings.LEARNING_RATE)
    private @Nullable Double learningRate;

    @Option(
            names = "--init-weights",
            paramLabel = "FILE",
            description = "Start from the weights in this safetensors file, for --net, as train can.")
    private @Nullable Path initWeights;

    @Option(
            names = "--fused",
            description = "Run layers as one operation where train does, for --net; the page then has fewer, larger "
                    + "frames.")
    private boolean fused;

    @Option(
            names = "--convolution",
            paramLabel = "HOW",
            description = "auto, direct, winograd or winograd4, for --net. Default: auto")
    private @Nullable String convolution;

    @Option(
            names = "--threads",
            paramLabel = "T",
            description = "CPU threads; the results do not depend on their number. Default: one per core")
    private @Nullable Integer threads;

    @Option(
            names = "--channels",
            paramLabel = "C",
            description = "Channels in and out of the convolution, for --op. Default: 32")
    private @Nullable Integer channels;

    @Option(
            names = "--edge",
            paramLabel = "E",
            description = "Edge length of the convolution's volume, for --op. Default: 16")
    private @Nullable Integer edge;

    @Option(
            names = "--sources",
            paramLabel = "ADDRESS",
            description = "Where this project's sources are, for links to their lines: a folder or an address, such as "
                    + "https://example.org/voxgrad/blob/main/. Default: the checkout around the current folder; "
                    + "without one, lines are named without links")
    private @Nullable String sources;

    @Override
    public Integer call() {
        int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        OptionValues.requireWithin(command, "--threads", count, DeviceOptions.MOST_THREADS);
        Path file = out != null ? out : Path.of(subject.op == null ? "step.html" : "conv3d.html");
        if (!file.toString().toLowerCase(Locale.ROOT).endsWith(".html")) {
            throw wrongUse("--out is '" + file + "'; expected a name that ends with .html");
        }
        String base = SourceAddress.of(command, sources, file);
        Console console = new Console(command.commandLine().getOut());
        String page = subject.op == null ? step(count, base, file, console) : convolution(count, base, file, console);
        AtomicFile.write(file, page);
        console.line("Written to " + file + "; open it in a browser");
        return 0;
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(command.commandLine(), message);
    }

    private String step(int count, @Nullable String base, Path file, Console console) {
        if (channels != null || edge != null) {
            throw wrongUse((channels != null ? "--channels" : "--edge") + " is for --op; leave it out");
        }
        NetSpec spec = OptionValues.net(command, String.valueOf(subject.net));
        int volumes = batchSize == null ? BATCH_SIZE : batchSize;
        OptionValues.requireWithin(command, "--batch-size", volumes, MOST_VOLUMES);
        DataSource source = dataOptions.sourceOfExample();
        TrainSettings run = settings(spec, source, volumes);
        ConvolutionMode mode = mode();
        AtomicFile.requireWritable(file);
        VolumeData data =
                dataOptions.loadForTraining(source, run.preparation(), Requirement.of("medmnist watch --net", "train"));
        if (data.train().size() < volumes) {
            throw wrongUse("--batch-size is " + volumes + ", but the training split has only "
                    + data.train().size() + " volumes");
        }
        spec.requireFits(volumes, data.shape());
        try (CpuDevice device = new CpuDevice(count, mode, fused)) {
            console.line("device " + device.description());
            StepData step = new StepWatch(spec, run, data, device, TIMING).run(console::status, base);
            console.line(String.format(
                    Locale.ROOT,
                    "%s on %s: %d frames; the loss of its batch went from %.4f to %.4f",
                    spec.name(),
                    data.name(),
                    step.frames().size(),
                    step.head().loss(),
                    step.head().lossAfter()));
            return WatchPage.of(step);
        }
    }

    private TrainSettings settings(NetSpec spec, DataSource source, int volumes) {
        TrainSettings base =
                recipeOptions.forNets(List.of(spec)).settings(source).build();
        try {
            return base.toBuilder()
                    .models(1)
                    .nets(List.of(spec))
                    .batchSize(volumes)
                    .seed(seed)
                    .augment(augment == null ? base.augment() : augment)
                    .learningRate(learningRate == null ? base.learningRate() : learningRate)
                    .initWeights(initWeights == null ? null : initWeights.toString())
                    .build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
    }

    private ConvolutionMode mode() {
        try {
            return convolution == null ? ConvolutionMode.AUTO : ConvolutionMode.byFlag(convolution);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
    }

    private String convolution(int count, @Nullable String base, Path file, Console console) {
        if (!"conv3d".equals(subject.op)) {
            throw wrongUse("--op is '" + subject.op + "'; expected conv3d");
        }
        command.commandLine().getParseResult().matchedOptions().stream()
                .map(OptionSpec::longestName)
                .filter(name -> !OF_OPERATIONS.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw wrongUse(name + " is for --net; leave it out: --op computes one convolution on random "
                            + "values, by every algorithm");
                });
        int width = channels == null ? 32 : channels;
        int length = edge == null ? 16 : edge;
        OptionValues.requireWithin(command, "--channels", width, MOST_CHANNELS);
        OptionValues.requireWithin(command, "--edge", length, LARGEST_EDGE);
        AtomicFile.requireWritable(file);
        ConvolutionData data =
                new ConvolutionWatch(count, width, length, TRIAL_RUNS, TRIAL_SECONDS).run(true, console::status, base);
        console.line(data.rows().size() + " ways to compute a convolution of "
                + data.shapes().getFirst());
        data.missing().forEach(console::line);
        return WatchPage.of(data);
    }
}
