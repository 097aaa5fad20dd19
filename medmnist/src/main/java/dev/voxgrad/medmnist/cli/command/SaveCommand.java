package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.cli.options.DataOptions;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.cli.ui.VolumeProgress;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.saving.SaveFormat;
import dev.voxgrad.medmnist.saving.VolumeSaver;

/** Runs {@code medmnist save}. */
@Command(
        name = "save",
        header = "Saves each volume of a set as a file of its own.",
        sortOptions = false,
        description = {
            "Saves all volumes of a set as animations, slices or scans, and a CSV with their labels, "
                    + "named as MedMNIST's Python package names them: DIR/adrenalmnist3d/train0_1.gif is "
                    + "training volume 0, which has label 1, and DIR/adrenalmnist3d.csv has the line "
                    + "TRAIN,train0_1.gif,1 for it.",
            "",
            "'medmnist import' makes the same set from scans and CSV.",
            "",
            "Example: medmnist save --flag adrenalmnist3d --format nifti --folder volumes",
            ""
        })
public final class SaveCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Mixin
    private DataOptions dataOptions;

    @Option(
            names = "--format",
            paramLabel = "gif|png|nifti",
            defaultValue = "gif",
            description =
                    "gif: an animation through the planes across X. png: a folder with a picture of each of these "
                            + "planes. nifti: a scan, .nii.gz, with voxels of 1 mm. Default: ${DEFAULT-VALUE}")
    private String format;

    @Option(
            names = "--folder",
            paramLabel = "DIR",
            required = true,
            description = "Folder for the CSV and the folder of volumes; it is made if needed.")
    private Path folder;

    @Override
    public Integer call() {
        DataSource source = dataOptions.source();
        SaveFormat chosen = format();
        VolumeData data = dataOptions.load(source, Preparation.STUDY.withoutNormalisation(), Requirement.NONE);
        VolumeSaver saver = new VolumeSaver(data, nameOf(data), folder, chosen);
        VolumeProgress progress =
                new VolumeProgress(new Console(command.commandLine().getOut()), 0, saver.count(), saver.count());
        saver.save(() -> progress.done(1));
        command.commandLine().getOut().println("Written to " + saver.images() + " and " + saver.csv());
        return 0;
    }

    private SaveFormat format() {
        try {
            return SaveFormat.byFlag(format.toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
    }

    /** Returns the name of a set's files: the flag, with the size if that is not 28, or an own file's name. */
    static String nameOf(VolumeData data) {
        String name = data.name().replaceFirst("(?i)\\.npz$", "");
        boolean plain = !data.name().equals(name) || data.shape().longest() == 28;
        return plain ? name : name + "_" + data.shape().longest();
    }
}
