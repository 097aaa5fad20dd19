package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
import java.util.Optional;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

import dev.voxgrad.medmnist.cli.options.DataOptions;
import dev.voxgrad.medmnist.cli.options.ScanOptions;
import dev.voxgrad.medmnist.cli.options.SplitName;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.data.NewVolumeLoader;
import dev.voxgrad.medmnist.data.NewVolumes;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.data.source.OwnFile;
import dev.voxgrad.medmnist.data.source.Synthetic;
import dev.voxgrad.medmnist.importing.PlacedVolumes;
import dev.voxgrad.medmnist.importing.SetDescription;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.model.VolumeModel;

/**
 * Loads the volumes that a trained model is applied to: those of a file, scans of a folder, an official data set, or
 * the volumes that the model was trained with.
 *
 * @param command for messages
 * @param model what is applied
 */
record ModelVolumes(CommandSpec command, VolumeModel model, DataOptions dataOptions, ScanOptions scanOptions) {
    /**
     * Loads the volumes.
     *
     * @param split which volumes of a file or data set; empty for the default
     * @param otherShape whether volumes of another shape than the training's are accepted
     */
    PlacedVolumes load(Optional<SplitName> split, boolean otherShape) {
        if (scanOptions.folder().isPresent()) {
            boolean allowBlank = dataOptions.skipsBlank() || !model.isZNormalised();
            return scanOptions.load(model, expected(otherShape), allowBlank, console());
        }
        if (dataOptions.npz().isPresent()) {
            NewVolumeLoader.Options options = new NewVolumeLoader.Options(
                    split.map(SplitName::name), dataOptions.window(), dataOptions.skipsBlank());
            return namedByOrigin(
                    dataOptions.npz().get(),
                    NewVolumeLoader.load(
                            dataOptions.npz().get(), expected(otherShape), options, Console.warnings(command)));
        }
        String name = split.orElse(SplitName.test).name();
        VolumeData data = dataOptions.hasFlag()
                ? dataOptions.load(dataOptions.source(), model.preparation(), Requirement.NONE)
                : own();
        requireAlike(data, otherShape);
        NewVolumes volumes = NewVolumes.numbered(data, data.split(name), true);
        return !dataOptions.hasFlag() && ownSource() instanceof OwnFile own
                ? namedByOrigin(Path.of(own.file()), volumes)
                : PlacedVolumes.unplaced(volumes);
    }

    /** Names volumes of an imported set by the scans that they come from. */
    private PlacedVolumes namedByOrigin(Path npz, NewVolumes volumes) {
        String name = volumes.split().name();
        if (!SplitName.isKnown(name)) {
            return PlacedVolumes.unplaced(volumes);
        }
        try {
            return SetDescription.of(npz)
                    .map(set -> set.origins(name))
                    .filter(origins -> origins.size() == volumes.split().size())
                    .map(origins -> PlacedVolumes.named(volumes, origins))
                    .orElseGet(() -> PlacedVolumes.unplaced(volumes));
        } catch (DataFileException e) {
            Console.warnings(command)
                    .accept(SetDescription.fileOf(npz) + " does not say where the volumes come from, so they are named "
                            + "by their numbers");
            return PlacedVolumes.unplaced(volumes);
        }
    }

    private NewVolumeLoader.Expected expected(boolean otherShape) {
        return new NewVolumeLoader.Expected(
                model.task(),
                model.labelNames(),
                otherShape ? Optional.empty() : model.storedShape(),
                model.window(),
                model.isZNormalised(),
                model.preparation());
    }

    /** Loads the volumes that the run was started with, and warns if their file has changed since. */
    VolumeData own() {
        DataSource source = ownSource();
        if (model.isBundle() && !(source instanceof Synthetic)) {
            throw new ParameterException(
                    command.commandLine(),
                    "A bundle does not say where the volumes of its training are. Name volumes with --npz, --nifti or "
                            + "--flag, and leave out an --ensemble that needs those of the training");
        }
        VolumeData data = dataOptions.load(source, model.preparation(), Requirement.NONE);
        model.warnIfChanged(data, Console.warnings(command));
        return data;
    }

    private DataSource ownSource() {
        DataSource source = model.dataAsTaken();
        return dataOptions.hasFlag() ? source : dataOptions.atRoot(source);
    }

    private Console console() {
        return new Console(command.commandLine().getOut());
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
