package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.cli.options.SplitName;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.cli.ui.PredictionProgress;
import dev.voxgrad.medmnist.data.NewVolumes;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.model.EnsemblePredictor;
import dev.voxgrad.medmnist.model.Prediction;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.train.Predictor;

/** Applies the ensemble of a run or a bundle to volumes, and writes a table of scores. */
final class ModelPrediction {
    private final AppliedModel applied;
    private final TrainedModel model;
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

    ModelPrediction(AppliedModel applied, Console console) {
        this.applied = applied;
        this.model = applied.model();
        this.console = console;
    }

    /** Predicts all volumes, and writes the table. */
    void run(Request request, Device device) {
        NewVolumes volumes =
                applied.volumes(request.split(), request.otherShape()).volumes();
        VolumeShape shape = volumes.data().shape();
        EnsemblePredictor predictor = new EnsemblePredictor(
                model,
                applied.weights(request.augmentation(), device),
                device,
                request.batchSize(),
                request.augmentation());
        predictor
                .files()
                .forEach(file -> file.net()
                        .requireFits(
                                Math.min(request.batchSize(), volumes.split().size()), shape));
        int seen = volumes.split().size() * (1 + request.augmentation().draws());
        PredictionProgress progress = new PredictionProgress(console, predictor.files(), shape, model.classes(), seen);
        Prediction prediction = predictor.predict(volumes.data(), volumes.split(), progress);
        write(request.out(), volumes, prediction, console);
    }

    /** Writes the table, and prints a line about it. */
    static void write(Path out, NewVolumes volumes, Prediction prediction, Console console) {
        console.clear();
        AtomicFile.write(out, ScoreTable.csv(volumes, prediction));
        console.line(out + "  " + volumes.split().size() + " volumes"
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
}
