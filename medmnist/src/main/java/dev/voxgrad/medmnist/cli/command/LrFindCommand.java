package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.augment.Recipe;
import dev.voxgrad.medmnist.cli.options.DataOptions;
import dev.voxgrad.medmnist.cli.options.DeviceOptions;
import dev.voxgrad.medmnist.cli.options.OptionValues;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.cli.ui.Failures;
import dev.voxgrad.medmnist.cli.ui.SignalStop;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.lrfind.LearningRateCurve;
import dev.voxgrad.medmnist.lrfind.LearningRateFinder;
import dev.voxgrad.medmnist.report.LearningRatePage;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** {@code medmnist lr-find}. */
@Command(
        name = "lr-find",
        header = "Finds a learning rate to begin with, by a range test.",
        sortOptions = false,
        description = {
            "Trains a net for some steps while the learning rate grows from --from to --to, each step by the same factor, and"
                    + " watches the loss. It stays where it was while the rate is too small to matter, falls while the rate is"
                    + " good, and shoots up once it is too large (Smith, WACV 2017). The test ends early when the smoothed loss"
                    + " is more than 4 times its lowest value, or no number any more.",
            "",
            "Suggests the rate at which the smoothed loss falls the most. One test of one net on a few batches is a rough"
                    + " guide: look at the chart, try another --seed, and compare trainings.",
            "",
            "Writes NAME.csv with all points and NAME.html with a chart. The net is thrown away, and no run is touched.",
            "",
            "Example: medmnist lr-find --flag adrenalmnist3d --net net1 --out adrenal-net1",
            ""
        })
public final class LrFindCommand implements Callable<Integer> {
    /** Lines that tell how it goes, for good. */
    private static final int PROGRESS_LINES = 10;

    @Spec
    private CommandSpec command;

    @Mixin
    private DataOptions dataOptions;

    @Option(
            names = "--net",
            paramLabel = "N",
            defaultValue = "net1",
            description = "net1, net2 or net3. Default: ${DEFAULT-VALUE}")
    private String net;

    @Option(names = "--from", paramLabel = "X", description = "The first rate. Default: ${DEFAULT-VALUE}")
    private double from = LearningRateCurve.Range.FROM;

    @Option(names = "--to", paramLabel = "X", description = "The last rate. Default: ${DEFAULT-VALUE}")
    private double to = LearningRateCurve.Range.TO;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Batches to train on; where an epoch ends, the next begins. Default: ${DEFAULT-VALUE}")
    private int steps = LearningRateCurve.Range.STEPS;

    @Option(
            names = "--batch-size",
            paramLabel = "B",
            description = "Volumes per step. Choose it as in the training that the rate is for: a good rate depends on "
                    + "it. Default: ${DEFAULT-VALUE}")
    private int batchSize = TrainSettings.BATCH_SIZE;

    @Option(
            names = "--weight-decay",
            paramLabel = "X",
            description = "AdamW's decoupled weight decay. Default: ${DEFAULT-VALUE}")
    private double weightDecay = TrainSettings.WEIGHT_DECAY;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Decides initial weights, order and augmentation: those of member 0 of a run with this seed. "
                    + "Default: ${DEFAULT-VALUE}")
    private long seed = TrainSettings.SEED;

    @Option(
            names = "--augment",
            paramLabel = "R",
            description = "How the volumes are changed: torchio, centred or none. Default: torchio, as in 'train'")
    private String augment = TrainSettings.AUGMENT;

    @Option(
            names = "--init-weights",
            paramLabel = "FILE",
            description = "Start from this safetensors file, as 'train' can.")
    private Path initWeights;

    @Option(
            names = "--out",
            paramLabel = "NAME",
            defaultValue = "lr-find",
            description = "Files to write, without .csv and .html; they may replace those of an earlier test. "
                    + "Default: ${DEFAULT-VALUE}")
    private Path out;

    @Mixin
    private DeviceOptions deviceOptions;

    @Override
    public Integer call() {
        DataSource source = dataOptions.source();
        LearningRateFinder.Settings settings = settings();
        Path csv = withSuffix(".csv");
        Path page = withSuffix(".html");
        requireOutsideRun(csv);
        AtomicFile.requireWritable(csv);
        AtomicFile.requireWritable(page);
        Device device = deviceOptions.open();
        VolumeData data = dataOptions.loadForTraining(source);
        LearningRateFinder finder = new LearningRateFinder(settings, data, device);
        Console console = new Console(command.commandLine().getOut());
        if (data.train().size() < batchSize) {
            console.line("The training split has " + data.train().size() + " volumes, fewer than --batch-size "
                    + batchSize + ": each step takes all of them.");
        }
        try (SignalStop stop = new SignalStop()) {
            LearningRateCurve curve = finder.run(stop.signal(), point -> tell(console, point));
            finish(console, curve, settings, data, csv, page);
            return curve.end() == LearningRateCurve.End.STOPPED ? Failures.INTERRUPTED : 0;
        }
    }

    private LearningRateFinder.Settings settings() {
        try {
            return new LearningRateFinder.Settings(
                    OptionValues.net(command, net),
                    new LearningRateCurve.Range(from, to, steps),
                    batchSize,
                    weightDecay,
                    seed,
                    Recipe.byFlag(augment),
                    initWeights);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
    }

    private Path withSuffix(String suffix) {
        return out.resolveSibling(out.getFileName() + suffix);
    }

    /** So that no name can make it replace a run's own tables. */
    private void requireOutsideRun(Path file) {
        Path folder = file.toAbsolutePath().normalize().getParent();
        for (; folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("run.json"))) {
                throw new ParameterException(
                        command.commandLine(),
                        "--out is " + out + ", but " + folder
                                + " holds a run, which is left as it is; name a file elsewhere");
            }
        }
    }

    private void tell(Console console, LearningRateCurve.Point point) {
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
            console.line("Stopped before the first step; nothing is written.");
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
