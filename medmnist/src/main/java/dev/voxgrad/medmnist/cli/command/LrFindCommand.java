package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.cli.options.DataOptions;
import dev.voxgrad.medmnist.cli.options.DeviceOptions;
import dev.voxgrad.medmnist.cli.options.NetNames;
import dev.voxgrad.medmnist.cli.options.OptionValues;
import dev.voxgrad.medmnist.cli.options.PreparationOptions;
import dev.voxgrad.medmnist.cli.options.RecipeOptions;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.cli.ui.Failures;
import dev.voxgrad.medmnist.cli.ui.SignalStop;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.lrfind.LearningRateCurve;
import dev.voxgrad.medmnist.lrfind.LearningRateFinder;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.report.LearningRatePage;
import dev.voxgrad.medmnist.train.settings.OptimizerKind;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** Runs {@code medmnist lr-find}. */
@Command(
        name = "lr-find",
        header = "Suggests a learning rate to start with, by a range test.",
        sortOptions = false,
        description = {
            "Trains a net for some steps while the learning rate grows from --from to --to, by the same factor in each "
                    + "step, and watches the loss. The loss is flat while the rate is too small to matter, falls while "
                    + "the rate is good, and shoots up once it is too large (Smith, WACV 2017). The test ends early if "
                    + "the smoothed loss rises above 4 times its lowest value, or becomes NaN.",
            "",
            "Suggests the rate at which the smoothed loss falls fastest. One test of one net on a few batches is only "
                    + "a rough guide: look at the chart, try another --seed, and compare trainings.",
            "",
            "Writes NAME.csv with all points and NAME.html with a chart. The net is discarded, and no run is changed.",
            "",
            "Example: medmnist lr-find --flag adrenalmnist3d --net net1 --out adrenal-net1",
            ""
        })
public final class LrFindCommand implements Callable<Integer> {
    /** The number of permanent progress lines. */
    private static final int PROGRESS_LINES = 10;

    @Spec
    private CommandSpec command;

    @Mixin
    private DataOptions dataOptions;

    @Option(
            names = "--net",
            paramLabel = "N",
            defaultValue = "net1",
            completionCandidates = NetNames.class,
            description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
    private String net;

    @Option(names = "--from", paramLabel = "X", description = "The first rate. Default: ${DEFAULT-VALUE}")
    private double from = LearningRateCurve.Range.FROM;

    @Option(names = "--to", paramLabel = "X", description = "The last rate. Default: ${DEFAULT-VALUE}")
    private double to = LearningRateCurve.Range.TO;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Number of batches to train on, over several epochs if necessary. Default: ${DEFAULT-VALUE}")
    private int steps = LearningRateCurve.Range.STEPS;

    @Option(
            names = "--batch-size",
            paramLabel = "B",
            description = "Volumes per step. Use the same number as in the training that the rate is for, since a good "
                    + "rate depends on it. Default: ${DEFAULT-VALUE}")
    private int batchSize = TrainSettings.BATCH_SIZE;

    @Mixin
    private RecipeOptions recipeOptions;

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            description = "adamw, adam or sgd, as in train. Default: adamw; with the recipe medmnist adam")
    private @Nullable String optimizer;

    @Option(
            names = "--weight-decay",
            paramLabel = "X",
            description = "The optimiser's weight decay. Default: " + TrainSettings.WEIGHT_DECAY
                    + "; with the recipe medmnist 0")
    private @Nullable Double weightDecay;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description =
                    "Random seed of initial weights, data order and augmentation: the same as those of member 0 of "
                            + "a run with this seed. Default: ${DEFAULT-VALUE}")
    private long seed = TrainSettings.SEED;

    @Option(
            names = "--augment",
            paramLabel = "R",
            description =
                    "Augmentation of the volumes: torchio, centred or none. Default: torchio; with the recipe medmnist "
                            + "none")
    private @Nullable String augment;

    @Mixin
    private PreparationOptions preparationOptions;

    @Option(
            names = "--init-weights",
            paramLabel = "FILE",
            description = "Start from the weights in this safetensors file, as train can. Default: random weights, "
                    + "from the distributions of the recipe")
    private @Nullable Path initWeights;

    @Option(
            names = "--out",
            paramLabel = "NAME",
            defaultValue = "lr-find",
            description = "Files to write, without .csv and .html; files of an earlier test are replaced. "
                    + "Default: ${DEFAULT-VALUE}")
    private Path out;

    @Mixin
    private DeviceOptions deviceOptions;

    @Override
    public Integer call() {
        DataSource source = dataOptions.source();
        LearningRateFinder.Settings settings = settings(source);
        Path csv = withSuffix(".csv");
        Path page = withSuffix(".html");
        requireOutsideRun(csv);
        AtomicFile.requireWritable(csv);
        AtomicFile.requireWritable(page);
        Device device = deviceOptions.open();
        VolumeData data = dataOptions.loadForTraining(
                source, settings.run().preparation(), Requirement.of("medmnist lr-find", "train"));
        LearningRateFinder finder = new LearningRateFinder(settings, data, device);
        Console console = new Console(command.commandLine().getOut());
        if (data.train().size() < batchSize) {
            console.line("The training split has " + data.train().size() + " volumes, fewer than --batch-size "
                    + batchSize + ": each step uses all of them.");
        }
        try (SignalStop stop = new SignalStop()) {
            LearningRateCurve curve = finder.run(stop.signal(), point -> report(console, point));
            finish(console, curve, settings, data, csv, page);
            return curve.end() == LearningRateCurve.End.STOPPED ? Failures.INTERRUPTED : 0;
        }
    }

    private LearningRateFinder.Settings settings(DataSource source) {
        List<NetSpec> nets = List.of(OptionValues.net(command, net));
        TrainSettings base = recipeOptions.forNets(nets).settings(source).build();
        try {
            LearningRateCurve.Range range = new LearningRateCurve.Range(from, to, steps);
            return new LearningRateFinder.Settings(
                    range,
                    base.toBuilder()
                            .models(1)
                            .nets(nets)
                            .batchSize(batchSize)
                            .learningRate(range.from())
                            .optimizer(optimizer == null ? base.optimizer() : OptimizerKind.byFlag(optimizer))
                            .weightDecay(weightDecay == null ? base.weightDecay() : weightDecay)
                            .seed(seed)
                            .augment(augment == null ? base.augment() : augment)
                            .preparation(preparationOptions.preparation(base.preparation()))
                            .initWeights(initWeights == null ? null : initWeights.toString())
                            .build());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
    }

    private Path withSuffix(String suffix) {
        return out.resolveSibling(out.getFileName() + suffix);
    }

    /** Requires a file outside any run's folder, so that it cannot replace a run's own tables. */
    private void requireOutsideRun(Path file) {
        Path folder = file.toAbsolutePath().normalize().getParent();
        for (; folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("run.json"))) {
                throw new ParameterException(
                        command.commandLine(),
                        "--out is " + out + ", but " + folder
                                + " contains a run, which must not be changed; name a file elsewhere");
            }
        }
    }

    private void report(Console console, LearningRateCurve.Point point) {
        String text = String.format(
                Locale.ROOT,
                "step %d/%d  rate %.2e  loss %.4f  smoothed %.4f",
                point.step(),
                steps,
                point.rate(),
                point.loss(),
                point.smoothed());
        if (point.step() == 1 || point.step() * PROGRESS_LINES / steps > (point.step() - 1) * PROGRESS_LINES / steps) {
            console.line(text);
        } else {
            console.status(text.split("  "));
        }
    }

    private void finish(
            Console console,
            LearningRateCurve curve,
            LearningRateFinder.Settings settings,
            VolumeData data,
            Path csv,
            Path page) {
        if (curve.points().isEmpty()) {
            console.line("Stopped before the first step; no files were written.");
            return;
        }
        LearningRateCurve.Point last = curve.points().getLast();
        console.line(String.format(
                Locale.ROOT,
                "Ended after step %d of %d, at rate %.3g: %s.",
                last.step(),
                steps,
                last.rate(),
                curve.end().words()));
        curve.suggestion().ifPresent(found -> console.line("Suggested: --lr " + found.rounded()));
        console.line(curve.account());
        AtomicFile.write(csv, curve.toCsv());
        AtomicFile.write(page, LearningRatePage.html(data, settings, curve));
        console.line("The points are in " + csv + ", the chart in " + page);
    }
}
