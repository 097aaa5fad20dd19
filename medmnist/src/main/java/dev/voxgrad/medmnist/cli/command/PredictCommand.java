package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;

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
import dev.voxgrad.medmnist.cli.options.SplitName;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.data.source.OwnFile;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.metrics.UndefinedAuc;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.train.Predictor;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.medmnist.train.settings.TrainingRecipe;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.weights.Adaptation;
import dev.voxgrad.nn.weights.WeightsFile;

/** Runs {@code medmnist predict}. */
@Command(
        name = "predict",
        header = "Writes the scores of one net.",
        sortOptions = false,
        description = {
            "Writes the scores of one net for every volume of a split, as lines index,score0,score1,… without a "
                    + "header.",
            "The weights can come from a run's folder, or from PyTorch: a .pth file or safetensors with the same"
                    + " names.",
            "Volumes are prepared as in the training that the file records. Files from elsewhere record none: then "
                    + "the options --recipe, --normalise, --rgb, --shape-transform and --scale decide, and by default "
                    + "the recipe of the net.",
            "",
            "Example:",
            "  medmnist predict --flag adrenalmnist3d --net net1 --out scores.csv \\",
            "      --weights runs/adrenal/weights/member-00-net1-best.safetensors",
            ""
        })
public final class PredictCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Mixin
    private DataOptions dataOptions;

    @Option(
            names = "--net",
            paramLabel = "N",
            required = true,
            completionCandidates = NetNames.class,
            description = "One of ${COMPLETION-CANDIDATES}.")
    private String net;

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            required = true,
            description = "File with the net's weights: safetensors or PyTorch's .pth.")
    private Path weights;

    @Option(
            names = "--split",
            paramLabel = "SPLIT",
            defaultValue = "test",
            description = "train, val or test. Default: ${DEFAULT-VALUE}")
    private SplitName split;

    @Option(names = "--out", paramLabel = "FILE.csv", required = true, description = "File to write the scores to.")
    private Path out;

    @Option(names = "--logits", description = "Write logits instead of probabilities.")
    private boolean logits;

    @Option(
            names = "--batch-size",
            paramLabel = "B",
            description = "Volumes at a time; the scores do not depend on it. Default: ${DEFAULT-VALUE}")
    private int batchSize = TrainSettings.BATCH_SIZE;

    @Mixin
    private RecipeOptions recipeOptions;

    @Mixin
    private PreparationOptions preparationOptions;

    @Mixin
    private DeviceOptions deviceOptions;

    @Override
    public Integer call() {
        DataSource source = dataOptions.source();
        NetSpec spec = OptionValues.net(command, net);
        if (batchSize < 1) {
            throw new ParameterException(
                    command.commandLine(), "--batch-size is " + batchSize + "; expected at least 1");
        }
        requireOther(weights);
        if (source instanceof OwnFile own) {
            requireOther(Path.of(own.file()));
        }
        AtomicFile.requireWritable(out);
        Device device = deviceOptions.open();
        WeightsFile file = WeightsFile.read(weights);
        VolumeData data = dataOptions.load(
                dataOptions.asTrained(source, weights),
                preparation(source, spec, file),
                Requirement.of("medmnist predict --split " + split.name(), split.name()));
        Split volumes = data.split(split.name());
        spec.requireFits(Math.min(batchSize, volumes.size()), data.shape());
        Layer built = spec.build(device, data.shape(), data.classes());
        Adaptation adaptation = file.loadInto(built, weights);
        if (!adaptation.isNone()) {
            command.commandLine().getErr().println(weights + ": " + adaptation);
        }
        try (Predictor predictor = new Predictor(data, volumes, device, batchSize)) {
            double[][] raw = predictor.logits(built);
            Predictor.requireFinite(raw, weights.toString());
            double[][] scores = Predictor.probabilities(data.task(), raw);
            AtomicFile.write(out, lines(logits ? raw : scores));
            command.commandLine()
                    .getOut()
                    .println(out + "  " + volumes.size() + " volumes" + volumes.blankNote() + "  "
                            + figures(data, volumes, scores));
        }
        return 0;
    }

    /**
     * Returns how volumes are prepared: as the options require, or else as they were for training, or else as the
     * recipe of the net does.
     */
    private Preparation preparation(DataSource source, NetSpec spec, WeightsFile file) {
        try {
            Optional<Preparation> trained = Preparation.ofMetadata(file.metadata());
            Preparation base = recipeOptions
                    .given()
                    .map(recipe -> recipe.settings(source).build().preparation())
                    .or(() -> trained)
                    .orElseGet(() ->
                            TrainingRecipe.of(spec).settings(source).build().preparation());
            Preparation now = preparationOptions.preparation(base);
            trained.filter(other -> !other.equals(now))
                    .ifPresent(other -> Console.warnings(command)
                            .accept("volumes are prepared in this way: " + now.words()
                                    + "; but the net was trained with: " + other.words()));
            return now;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
    }

    /** Requires that the scores do not replace a file that they are computed from. */
    private void requireOther(Path input) {
        if (out.toAbsolutePath().normalize().equals(input.toAbsolutePath().normalize())) {
            throw new ParameterException(
                    command.commandLine(), "--out " + out + " would replace an input file; name another file");
        }
    }

    /** Returns the metrics in one line, and the reason on a second line if AUC is undefined for the split. */
    private static String figures(VolumeData data, Split volumes, double[][] scores) {
        Metrics metrics = Metrics.whereDefined(data, volumes, scores);
        return String.format(
                        Locale.ROOT,
                        "AUC %s  ACC %.4f",
                        metrics.hasAuc() ? String.format(Locale.ROOT, "%.4f", metrics.auc()) : "-",
                        metrics.accuracy())
                + UndefinedAuc.of(data, volumes, scores)
                        .map(undefined -> System.lineSeparator() + undefined.footnote("-"))
                        .orElse("");
    }

    private static StringBuilder lines(double[][] scores) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < scores.length; i++) {
            text.append(i);
            for (double score : scores[i]) {
                text.append(',').append(score);
            }
            text.append('\n');
        }
        return text;
    }
}
