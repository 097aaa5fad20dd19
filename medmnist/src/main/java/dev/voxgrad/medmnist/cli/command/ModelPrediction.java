package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.cli.options.DataOptions;
import dev.voxgrad.medmnist.cli.options.EnsembleChoice;
import dev.voxgrad.medmnist.cli.options.ScanOptions;
import dev.voxgrad.medmnist.cli.options.SplitName;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.cli.ui.PredictionProgress;
import dev.voxgrad.medmnist.data.NewVolumeLoader;
import dev.voxgrad.medmnist.data.NewVolumes;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.ensemble.EnsembleSettings;
import dev.voxgrad.medmnist.importing.SetDescription;
import dev.voxgrad.medmnist.importing.VolumeOrigin;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.model.EnsemblePredictor;
import dev.voxgrad.medmnist.model.EnsembleWeights;
import dev.voxgrad.medmnist.model.Prediction;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.train.Predictor;

/** Applies the ensemble of a run or a bundle to volumes, and writes a table of scores. */
final class ModelPrediction {
    private final CommandSpec command;
    private final TrainedModel model;
    private final DataOptions dataOptions;
    private final ScanOptions scanOptions;
    private final EnsembleChoice ensembleChoice;
    private final Consumer<String> warnings;
    private final Console console;

    /**
     * States what is to be done.
     *
     * @param split which volumes of a file or data set; empty for the default
     * @param otherShape whether volumes of another shape than the training's are accepted
     * @param batchSize volumes at a time
     */
    record Request(
            Optional<SplitName> split,
            boolean otherShape,
            int batchSize,
            Predictor.Augmentation augmentation,
            Path out) {}

    ModelPrediction(
            CommandSpec command,
            TrainedModel model,
            DataOptions dataOptions,
            ScanOptions scanOptions,
            EnsembleChoice ensembleChoice) {
        this.command = command;
        this.model = model;
        this.dataOptions = dataOptions;
        this.scanOptions = scanOptions;
        this.ensembleChoice = ensembleChoice;
        this.warnings = Console.warnings(command);
        this.console = new Console(command.commandLine().getOut());
    }

    /** Predicts all volumes, and writes the table. */
    void run(Request request, Device device) {
        NewVolumes volumes = volumes(request);
        VolumeShape shape = volumes.data().shape();
        EnsembleSettings settings = ensembleChoice.settings(model, request.augmentation());
        EnsemblePredictor predictor = new EnsemblePredictor(
                model, weights(settings, device), device, request.batchSize(), request.augmentation());
        predictor
                .files()
                .forEach(file -> file.net()
                        .requireFits(
                                Math.min(request.batchSize(), volumes.split().size()), shape));
        int seen = volumes.split().size() * (1 + request.augmentation().draws());
        PredictionProgress progress = new PredictionProgress(console, predictor.files(), shape, model.classes(), seen);
        Prediction prediction = predictor.predict(volumes.data(), volumes.split(), progress);
        console.clear();
        AtomicFile.write(request.out(), ScoreTable.csv(volumes, prediction));
        console.line(request.out() + "  " + volumes.split().size() + " volumes"
                + volumes.split().blankNote() + "  " + result(volumes, prediction));
    }

    private static String result(NewVolumes volumes, Prediction prediction) {
        if (volumes.isLabelled()) {
            return ScoreTable.figures(volumes.data(), volumes.split(), prediction.probabilities());
        }
        Map<String, Long> counts = IntStream.range(0, prediction.size())
                .mapToObj(prediction::predicted)
                .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()));
        return counts.entrySet().stream()
                .map(entry -> (entry.getKey().isEmpty() ? "no label" : entry.getKey()) + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    /** Returns the weights of the models; some methods run all of them over the run's validation split. */
    private EnsembleWeights weights(EnsembleSettings settings, Device device) {
        if (!settings.needsValidation()) {
            return settings.given();
        }
        VolumeData own = ownVolumes().withoutSkippedBlanks();
        return EnsembleCommand.load(model, own, own.val(), device, settings, console)
                .weighted()
                .weights();
    }

    private NewVolumes volumes(Request request) {
        if (scanOptions.folder().isPresent()) {
            boolean allowBlank = dataOptions.skipsBlank() || !model.isZNormalised();
            return scanOptions.load(model, expected(request), allowBlank, console);
        }
        if (dataOptions.npz().isPresent()) {
            NewVolumeLoader.Options options = new NewVolumeLoader.Options(
                    request.split().map(SplitName::name), dataOptions.window(), dataOptions.skipsBlank());
            return namedByOrigin(
                    dataOptions.npz().get(),
                    NewVolumeLoader.load(dataOptions.npz().get(), expected(request), options, warnings));
        }
        VolumeData data = dataOptions.hasFlag()
                ? dataOptions.load(dataOptions.source(), model.preparation(), Requirement.NONE)
                : ownVolumes();
        requireAlike(data, request.otherShape());
        return NewVolumes.numbered(
                data, data.split(request.split().orElse(SplitName.test).name()), true);
    }

    /** Names volumes of an imported set by the scans that they come from. */
    private NewVolumes namedByOrigin(Path npz, NewVolumes volumes) {
        String name = volumes.split().name();
        if (Stream.of(SplitName.values()).noneMatch(split -> split.name().equals(name))) {
            return volumes;
        }
        try {
            return SetDescription.of(npz)
                    .map(set -> set.origins(name))
                    .filter(origins -> origins.size() == volumes.split().size())
                    .map(origins -> volumes.named(
                            origins.stream().map(VolumeOrigin::file).toList()))
                    .orElse(volumes);
        } catch (DataFileException e) {
            warnings.accept(SetDescription.fileOf(npz) + " does not say where the volumes come from, so they are named "
                    + "by their numbers");
            return volumes;
        }
    }

    private NewVolumeLoader.Expected expected(Request request) {
        return new NewVolumeLoader.Expected(
                model.task(),
                model.labelNames(),
                request.otherShape() ? Optional.empty() : model.storedShape(),
                model.window(),
                model.isZNormalised(),
                model.preparation());
    }

    /** Loads the volumes that the run was started with. */
    private VolumeData ownVolumes() {
        if (model.isBundle()) {
            throw new ParameterException(
                    command.commandLine(),
                    "A bundle does not say where the volumes of its training are. Name volumes with --npz or --flag, "
                            + "and leave out an --ensemble that needs those of the training");
        }
        DataSource source = dataOptions.hasFlag()
                ? model.info().dataAsTaken()
                : dataOptions.atRoot(model.info().dataAsTaken());
        return source.load(model.preparation(), warnings);
    }

    /** Requires that an official data set has the classes and the shape of the training. */
    private void requireAlike(VolumeData data, boolean otherShape) {
        if (!data.labelNames().equals(model.labelNames()) || data.task() != model.task()) {
            throw new DataException(data.name() + ": has the classes " + data.labelNames() + ", but " + model
                    + " was trained for " + model.labelNames());
        }
        VolumeShape stored = data.storedShape();
        if (!otherShape
                && model.storedShape().isPresent()
                && !model.storedShape().get().equals(stored)) {
            throw new DataException(data.name() + ": has volumes of " + stored + ", but " + model + " was trained on "
                    + model.storedShape().get()
                    + "; choose another --size, or accept another shape with --other-shape, "
                    + "if the nets can take it");
        }
    }
}
