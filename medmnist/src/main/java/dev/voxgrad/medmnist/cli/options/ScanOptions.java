package dev.voxgrad.medmnist.cli.options;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.cli.ui.VolumeProgress;
import dev.voxgrad.medmnist.data.NewVolumeLoader;
import dev.voxgrad.medmnist.data.Window;
import dev.voxgrad.medmnist.importing.PlacedVolumes;
import dev.voxgrad.medmnist.importing.PrepareSettings;
import dev.voxgrad.medmnist.importing.ScanArray;
import dev.voxgrad.medmnist.importing.ScanFolder;
import dev.voxgrad.medmnist.importing.SetDescription;
import dev.voxgrad.medmnist.importing.VolumeOrigin;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.model.VolumeModel;

/** The options that name scans which a trained model is applied to. */
public final class ScanOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--nifti",
            paramLabel = "DIR",
            description = "Folder with scans (.nii, .nii.gz, .hdr/.img, .npy), which are prepared as the scans of the "
                    + "training were by 'medmnist import'. The run records how, if its set was imported.")
    private @Nullable Path folder;

    @Option(
            names = "--like",
            paramLabel = "SET.json",
            description = "With --nifti: prepare the scans as those of this imported set, if the run does not record "
                    + "how.")
    private @Nullable Path like;

    /** Returns whether one of the options was given. */
    public boolean isGiven() {
        return folder != null || like != null;
    }

    /** Returns the folder with scans, if one was named. */
    public Optional<Path> folder() {
        return Optional.ofNullable(folder);
    }

    /**
     * Checks that the options do not contradict those of other volumes.
     *
     * @throws ParameterException if they do
     */
    public void check(DataOptions others) {
        if (like != null && folder == null) {
            throw new ParameterException(command.commandLine(), "--like requires --nifti");
        }
        if (folder != null && (others.npz().isPresent() || others.hasFlag())) {
            throw new ParameterException(
                    command.commandLine(), "--nifti excludes --npz and --flag; name one kind of volumes");
        }
    }

    /**
     * Prepares the scans.
     *
     * @param expected the volumes of the training
     * @param allowBlank whether scans may become volumes without any contrast
     * @throws DataFileException if nothing says how, or a scan cannot be used
     */
    public PlacedVolumes load(
            VolumeModel model, NewVolumeLoader.Expected expected, boolean allowBlank, Console console) {
        List<Path> scans = ScanFolder.list(folder().orElseThrow());
        PrepareSettings settings = settings(model);
        VolumeProgress progress = new VolumeProgress(console, 0, scans.size(), scans.size());
        Path volumes = temporary();
        try {
            List<VolumeOrigin> origins = ScanArray.write(scans, settings, volumes, allowBlank, () -> progress.done(1));
            // The scale is that of the training, since the scans were prepared in the same way.
            Window window = expected.window().orElse(Window.BYTES);
            NewVolumeLoader.Options options =
                    new NewVolumeLoader.Options(Optional.empty(), Optional.of(window), allowBlank);
            return PlacedVolumes.named(NewVolumeLoader.load(volumes, expected, options, line -> {}), origins);
        } finally {
            delete(volumes);
        }
    }

    private PrepareSettings settings(VolumeModel model) {
        if (like != null) {
            return SetDescription.read(like).settings();
        }
        return model.scanSettings()
                .orElseThrow(() -> new DataFileException(
                        model.toString(),
                        "does not record how scans become volumes, as its volumes were not made by 'medmnist "
                                + "import'. Import the scans with options that give volumes like those of the training, "
                                + "and name the set with --npz; or name the SET.json of such an import with --like"));
    }

    private static Path temporary() {
        try {
            return Files.createTempFile("voxgrad-scans-", ".npz");
        } catch (IOException e) {
            throw new DataFileException(
                    System.getProperty("java.io.tmpdir"),
                    "cannot hold a temporary file: " + AtomicFile.describe(e) + "; set TMPDIR to another folder",
                    e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new DataFileException(file.toString(), "cannot be removed: " + AtomicFile.describe(e), e);
        }
    }
}
