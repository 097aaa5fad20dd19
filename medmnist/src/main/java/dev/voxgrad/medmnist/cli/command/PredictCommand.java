package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.baseline.TrainedBaseline;
import dev.voxgrad.medmnist.cli.options.AugmentationOptions;
import dev.voxgrad.medmnist.cli.options.DataOptions;
import dev.voxgrad.medmnist.cli.options.DeviceOptions;
import dev.voxgrad.medmnist.cli.options.EnsembleChoice;
import dev.voxgrad.medmnist.cli.options.NetNames;
import dev.voxgrad.medmnist.cli.options.OptionValues;
import dev.voxgrad.medmnist.cli.options.PreparationOptions;
import dev.voxgrad.medmnist.cli.options.RecipeOptions;
import dev.voxgrad.medmnist.cli.options.ScanOptions;
import dev.voxgrad.medmnist.cli.options.SplitName;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.data.source.OwnFile;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.train.Predictor;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** Runs {@code medmnist predict}. */
@Command(
        name = "predict",
        header = "Predicts volumes with a trained run or bundle, or with a single net.",
        sortOptions = false,
        description = {
            "With a RUN, or a MODEL.zip of 'medmnist bundle', applies the whole ensemble to volumes with or without "
                    + "labels: those of --npz, --nifti or --flag, or else those of the run itself. Writes a CSV table "
                    + "(RFC 4180) with one row per volume: volume (its number from 0, or the file of its scan), "
                    + "predicted (the class), p(…) (the probability of each class), sd(…) (its standard deviation over "
                    + "the models, with their weights), entropy (of the probabilities, in nats), and label where it is "
                    + "known.",
            "A .npz file contains the array images, or test_images, val_images or train_images; labels are optional. "
                    + "Volumes are prepared as in the training. Another shape or scale than that of the training is "
                    + "refused, unless --other-shape or --window accepts it. Scans of --nifti become volumes as those "
                    + "of 'medmnist import' that the run was trained on.",
            "",
            "With --net and --weights, writes the scores of one net for every volume of a split, as lines "
                    + "index,score0,score1,… without a header.",
            "The weights can come from a run's folder, or from PyTorch: a .pth file or safetensors with the same"
                    + " names.",
            "Volumes are prepared as in the training that the file records. Files from elsewhere record none: then "
                    + "the options --recipe, --normalise, --rgb, --shape-transform and --scale decide, and by default "
                    + "the recipe of the net.",
            "",
            "Examples:",
            "  medmnist predict runs/adrenal --npz new.npz --out scores.csv",
            "  medmnist predict runs/adrenal-base --npz new.npz --out scores.csv",
            "  medmnist predict runs/lungs --nifti scans --out scores.csv",
            "  medmnist predict adrenal.zip --npz new.npz --ensemble uniform --tta 8 --out scores.csv",
            "  medmnist predict --flag adrenalmnist3d --net net1 --out scores.csv \\",
            "      --weights runs/adrenal/weights/member-00-net1-best.safetensors",
            ""
        })
public final class PredictCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Parameters(
            paramLabel = "RUN|MODEL.zip",
            arity = "0..1",
            description = "The run's folder, as created by train or baseline, or a bundle.")
    private @Nullable Path modelPath;

    @Mixin
    private DataOptions dataOptions;

    @Option(
            names = "--split",
            paramLabel = "SPLIT",
            description = "train, val or test. Default: test; with a run or bundle, the array images of --npz if there "
                    + "is one, or the only split that it contains")
    private @Nullable SplitName split;

    @Option(names = "--out", paramLabel = "FILE.csv", required = true, description = "File to write the scores to.")
    private Path out;

    @Option(
            names = "--batch-size",
            paramLabel = "B",
            description = "Volumes at a time; the scores do not depend on it. Default: ${DEFAULT-VALUE}")
    private int batchSize = TrainSettings.BATCH_SIZE;

    @Mixin
    private ScanOptions scanOptions;

    @Mixin
    private EnsembleChoice ensembleChoice;

    @Mixin
    private AugmentationOptions augmentationOptions;

    @Option(
            names = "--other-shape",
            description = "With a run or bundle: accept volumes of another shape than that of the training, if the "
                    + "nets can take them.")
    private boolean otherShape;

    @Option(
            names = "--net",
            paramLabel = "N",
            completionCandidates = NetNames.class,
            description = "Without a run or bundle: one of ${COMPLETION-CANDIDATES}.")
    private @Nullable String net;

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description = "File with the weights of --net: safetensors or PyTorch's .pth.")
    private @Nullable Path weights;

    @Option(names = "--logits", description = "With --net: write logits instead of probabilities.")
    private boolean logits;

    @Mixin
    private RecipeOptions recipeOptions;

    @Mixin
    private PreparationOptions preparationOptions;

    @Mixin
    private DeviceOptions deviceOptions;

    @Override
    public Integer call() {
        if (batchSize < 1) {
            throw wrongUse("--batch-size is " + batchSize + "; expected at least 1");
        }
        if (modelPath != null) {
            predictByModel(modelPath);
        } else if (net != null && weights != null) {
            predictByNet(net, weights);
        } else {
            throw wrongUse(
                    net == null && weights == null
                            ? "Name a RUN or MODEL.zip; or a single net with --net and --weights"
                            : (net == null ? "--weights requires --net" : "--net requires --weights")
                                    + "; or name a RUN or MODEL.zip instead");
        }
        return 0;
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(command.commandLine(), message);
    }

    private void predictByModel(Path path) {
        if (net != null || weights != null || logits) {
            throw wrongUse((net != null ? "--net" : weights != null ? "--weights" : "--logits")
                    + " is for a single net; leave it out, or leave out " + path);
        }
        if (recipeOptions.given().isPresent() || preparationOptions.isGiven()) {
            throw wrongUse("--recipe, --normalise, --rgb, --shape-transform and --scale are for a single net; "
                    + "with " + path + ", volumes are prepared as in its training");
        }
        dataOptions.checkForModel();
        scanOptions.check(dataOptions);
        Predictor.Augmentation augmentation = augmentationOptions.augmentation();
        requireOther(path);
        dataOptions.npz().ifPresent(this::requireOther);
        AtomicFile.requireWritable(out);
        if (TrainedBaseline.isBaseline(path)) {
            predictByBaseline(path, augmentation);
            return;
        }
        try (TrainedModel model = TrainedModel.open(path)) {
            AppliedModel applied =
                    new AppliedModel(command, ensembleChoice.members(model), dataOptions, scanOptions, ensembleChoice);
            new ModelPrediction(applied, new Console(command.commandLine().getOut()))
                    .run(
                            new ModelPrediction.Request(
                                    Optional.ofNullable(split), otherShape, batchSize, augmentation, out),
                            deviceOptions.open());
        }
    }

    private void predictByBaseline(Path path, Predictor.Augmentation augmentation) {
        if (ensembleChoice.isGiven() || augmentation.draws() > 0 || otherShape) {
            throw wrongUse("--ensemble, --members, --tta and --other-shape are for nets, and " + path
                    + " is a baseline; leave them out");
        }
        new BaselinePrediction(command, dataOptions, scanOptions).run(path, Optional.ofNullable(split), out);
    }

    private void predictByNet(String name, Path file) {
        if (ensembleChoice.isGiven() || augmentationOptions.isGiven() || scanOptions.isGiven() || otherShape) {
            throw wrongUse("--nifti, --like, --ensemble, --members, --tta, --tta-augment, --seed and --other-shape "
                    + "require a RUN or MODEL.zip");
        }
        DataSource source = dataOptions.source();
        NetSpec spec = OptionValues.net(command, name);
        requireOther(file);
        if (source instanceof OwnFile own) {
            requireOther(Path.of(own.file()));
        }
        AtomicFile.requireWritable(out);
        new NetPrediction(command, dataOptions, recipeOptions, preparationOptions)
                .run(
                        new NetPrediction.Request(
                                spec, file, split == null ? SplitName.test : split, logits, batchSize, out),
                        source,
                        deviceOptions.open());
    }

    /** Requires that the scores do not replace a file that they are computed from. */
    private void requireOther(Path input) {
        if (out.toAbsolutePath().normalize().equals(input.toAbsolutePath().normalize())) {
            throw wrongUse("--out " + out + " would replace an input file; name another file");
        }
    }
}
