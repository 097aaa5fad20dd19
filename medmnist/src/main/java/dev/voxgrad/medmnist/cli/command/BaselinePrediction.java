package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import picocli.CommandLine.Model.CommandSpec;

import dev.voxgrad.medmnist.baseline.Baseline;
import dev.voxgrad.medmnist.baseline.TrainedBaseline;
import dev.voxgrad.medmnist.cli.options.DataOptions;
import dev.voxgrad.medmnist.cli.options.ScanOptions;
import dev.voxgrad.medmnist.cli.options.SplitName;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.cli.ui.VolumeProgress;
import dev.voxgrad.medmnist.data.NewVolumes;
import dev.voxgrad.medmnist.model.Prediction;
import dev.voxgrad.medmnist.model.WeightedScores;

/** Applies a baseline to volumes, and writes a table of scores. */
record BaselinePrediction(CommandSpec command, DataOptions dataOptions, ScanOptions scanOptions) {
    /** Predicts all volumes, and writes the table. */
    void run(Path path, Optional<SplitName> split, Path out) {
        Console console = new Console(command.commandLine().getOut());
        try (TrainedBaseline model = TrainedBaseline.open(path)) {
            NewVolumes volumes = new ModelVolumes(command, model, dataOptions, scanOptions)
                    .load(split, false)
                    .volumes();
            int count = volumes.split().size();
            VolumeProgress progress = new VolumeProgress(console, 0, count, count);
            Baseline.Predictions predictions =
                    model.baseline().predict(volumes.split(), model.info().shape(), done -> progress.done(1));
            List<WeightedScores> parts = new ArrayList<>();
            for (int m = 0; m < predictions.members().size(); m++) {
                parts.add(new WeightedScores(
                        model.baseline().members().get(m).weight(),
                        predictions.members().get(m)));
            }
            Prediction prediction =
                    Prediction.ofProbabilities(model.task(), model.labelNames(), predictions.mean(), parts);
            ModelPrediction.write(out, volumes, prediction, console);
        }
    }
}
