package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.cli.ui.Version;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.data.source.OwnFile;
import dev.voxgrad.medmnist.importing.SetDescription;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.run.json.RunJson;
import dev.voxgrad.medmnist.train.Trainer;
import dev.voxgrad.medmnist.train.settings.CrossValidation;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** Creates the folders of new runs. */
public final class NewRun {
    private NewRun() {}

    /**
     * Creates a run's folder with its {@code run.json}, after checking that data, settings and device fit together.
     *
     * @param crossValidation how train and val are cut into folds; null for the split of the data
     */
    public static RunFiles create(
            DataSource source,
            VolumeData data,
            @Nullable CrossValidation crossValidation,
            TrainSettings settings,
            Device device,
            Path out) {
        TrainSettings resolved = settings.resolved(data, crossValidation);
        Trainer.check(resolved, crossValidation, data, device);
        RunInfo info = info(source, data, crossValidation, resolved, device);
        RunFiles run = RunFiles.create(out, info);
        if (source instanceof OwnFile file) {
            recordScans(run, Path.of(file.file()));
        }
        return run;
    }

    /** Describes a run that starts now, on these volumes. */
    static RunInfo info(
            DataSource source,
            VolumeData data,
            @Nullable CrossValidation crossValidation,
            TrainSettings settings,
            Device device) {
        return new RunInfo(
                Version.number(),
                Runtime.version().toString(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                device.description(),
                device.convolution().flag(),
                device.fusion(),
                RunInfo.Gpu.of(device),
                source.withWindow(data.window().orElse(null)),
                data.md5().orElse(null),
                data.synthetic(),
                data.task().officialName(),
                data.labelNames(),
                data.train().shape(),
                crossValidation,
                settings);
    }

    /** Records how the scans of an imported set became volumes. */
    private static void recordScans(RunFiles run, Path npz) {
        scans(npz).ifPresent(text -> run.files().write(run.file(RunFiles.SCANS_FILE), text));
    }

    /** Returns how the scans of an imported set became volumes, as JSON; empty for other files. */
    static Optional<String> scans(Path npz) {
        try {
            return SetDescription.of(npz).map(set -> RunJson.write(set.settings()));
        } catch (DataFileException e) {
            return Optional.empty(); // a JSON file next to the volumes may be something else
        }
    }
}
