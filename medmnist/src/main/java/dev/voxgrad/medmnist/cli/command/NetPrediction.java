package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
import java.util.Optional;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.cli.options.DataOptions;
import dev.voxgrad.medmnist.cli.options.PreparationOptions;
import dev.voxgrad.medmnist.cli.options.RecipeOptions;
import dev.voxgrad.medmnist.cli.options.SplitName;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.train.Predictor;
import dev.voxgrad.medmnist.train.settings.TrainingRecipe;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.weights.Adaptation;
import dev.voxgrad.nn.weights.WeightsFile;

/** Applies one net with weights from anywhere to a labelled split, and writes its scores without a header. */
final class NetPrediction {
    private final CommandSpec command;
    private final DataOptions dataOptions;
    private final RecipeOptions recipeOptions;
    private final PreparationOptions preparationOptions;

    /**
     * States what is to be done.
     *
     * @param weights safetensors file
     * @param logits whether logits are written instead of probabilities
     * @param batchSize volumes at a time
     */
    record Request(NetSpec net, Path weights, SplitName split, boolean logits, int batchSize, Path out) {}

    NetPrediction(
            CommandSpec command,
            DataOptions dataOptions,
            RecipeOptions recipeOptions,
            PreparationOptions preparationOptions) {
        this.command = command;
        this.dataOptions = dataOptions;
        this.recipeOptions = recipeOptions;
        this.preparationOptions = preparationOptions;
    }

    /** Predicts all volumes of the split, and writes their scores. */
    void run(Request request, DataSource source, Device device) {
        Path weights = request.weights();
        WeightsFile file = WeightsFile.read(weights);
        VolumeData data = dataOptions.load(
                dataOptions.asTrained(source, weights),
                preparation(source, request.net(), file),
                Requirement.of(
                        "medmnist predict --split " + request.split().name(),
                        request.split().name()));
        Split volumes = data.split(request.split().name());
        request.net().requireFits(Math.min(request.batchSize(), volumes.size()), data.shape());
        Layer built = request.net().build(device, data.shape(), data.classes());
        Adaptation adaptation = file.loadInto(built, weights);
        if (!adaptation.isNone()) {
            command.commandLine().getErr().println(weights + ": " + adaptation);
        }
        try (Predictor predictor = new Predictor(data, volumes, device, request.batchSize())) {
            double[][] raw = predictor.logits(built);
            Predictor.requireFinite(raw, weights.toString());
            double[][] scores = Predictor.probabilities(data.task(), raw);
            AtomicFile.write(request.out(), lines(request.logits() ? raw : scores));
            command.commandLine()
                    .getOut()
                    .println(request.out() + "  " + volumes.size() + " volumes" + volumes.blankNote() + "  "
                            + ScoreTable.figures(data, volumes, scores));
        }
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
