package dev.voxgrad.medmnist.cli.command;

import java.util.Optional;

import picocli.CommandLine.Model.CommandSpec;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.cli.options.DataOptions;
import dev.voxgrad.medmnist.cli.options.EnsembleChoice;
import dev.voxgrad.medmnist.cli.options.ScanOptions;
import dev.voxgrad.medmnist.cli.options.SplitName;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.ensemble.EnsembleSettings;
import dev.voxgrad.medmnist.importing.PlacedVolumes;
import dev.voxgrad.medmnist.model.EnsembleWeights;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.train.Predictor;

/**
 * Loads what a command applies a trained model to: volumes of a file, scans of a folder, an official data set, or the
 * volumes of the model's own run.
 *
 * @param command for messages
 * @param model with the chosen members
 */
record AppliedModel(
        CommandSpec command,
        TrainedModel model,
        DataOptions dataOptions,
        ScanOptions scanOptions,
        EnsembleChoice ensembleChoice) {
    /** Returns the weights of the models; some methods run all of them over the run's validation split. */
    EnsembleWeights weights(Predictor.Augmentation augmentation, Device device) {
        EnsembleSettings settings = ensembleChoice.settings(model, augmentation);
        if (!settings.needsValidation()) {
            return settings.given();
        }
        VolumeData own = source().own().withoutSkippedBlanks();
        Console console = new Console(command.commandLine().getOut());
        return EnsembleCommand.load(model, own, own.val(), device, settings, console)
                .weighted()
                .weights();
    }

    /**
     * Loads the volumes.
     *
     * @param split which volumes of a file or data set; empty for the default
     * @param otherShape whether volumes of another shape than the training's are accepted
     */
    PlacedVolumes volumes(Optional<SplitName> split, boolean otherShape) {
        return source().load(split, otherShape);
    }

    private ModelVolumes source() {
        return new ModelVolumes(command, model, dataOptions, scanOptions);
    }
}
