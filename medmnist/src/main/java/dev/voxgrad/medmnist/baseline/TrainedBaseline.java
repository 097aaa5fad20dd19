package dev.voxgrad.medmnist.baseline;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.data.Window;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.importing.PrepareSettings;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.model.UnpackedBundle;
import dev.voxgrad.medmnist.model.VolumeModel;

/** Represents the models of a baseline, from its folder or from a bundle, to be applied to other volumes. */
public final class TrainedBaseline implements VolumeModel, AutoCloseable {
    private final BaselineFiles files;
    private final Baseline baseline;
    /** Null for the folder of a baseline. */
    private final @Nullable UnpackedBundle bundle;
    /** The folder or file that was opened. */
    private final Path path;

    private TrainedBaseline(BaselineFiles files, @Nullable UnpackedBundle bundle, Path path) {
        this.files = files;
        this.baseline = Baseline.of(files);
        this.bundle = bundle;
        this.path = path;
    }

    /** Returns whether this is the folder of a baseline, or a bundle of one, going by the names of its files. */
    public static boolean isBaseline(Path path) {
        return BaselineFiles.isBaseline(path) || UnpackedBundle.contains(path, BaselineFiles.FILE);
    }

    /**
     * Opens the folder of a baseline, or a bundle, which is checked and unpacked into a temporary folder until this is
     * closed.
     *
     * @throws dev.voxgrad.medmnist.io.DataFileException if it is neither, or is damaged
     */
    public static TrainedBaseline open(Path path) {
        return Files.isRegularFile(path)
                ? UnpackedBundle.open(
                        path, bundle -> new TrainedBaseline(BaselineFiles.open(bundle.folder()), bundle, path))
                : new TrainedBaseline(BaselineFiles.open(path), null, path);
    }

    /** Returns the baseline's files. */
    public BaselineFiles files() {
        return files;
    }

    /** Returns the fitted models. */
    public Baseline baseline() {
        return baseline;
    }

    /** Returns the contents of {@code baseline.json}. */
    public BaselineInfo info() {
        return files.info();
    }

    @Override
    public Task task() {
        return info().task();
    }

    @Override
    public List<String> labelNames() {
        return info().labelNames();
    }

    @Override
    public Preparation preparation() {
        return info().preparation();
    }

    @Override
    public boolean isZNormalised() {
        return false;
    }

    @Override
    public Optional<Window> window() {
        return Optional.ofNullable(info().data().window());
    }

    @Override
    public Optional<VolumeShape> storedShape() {
        return Optional.of(info().shape());
    }

    @Override
    public Optional<PrepareSettings> scanSettings() {
        return TrainedModel.scanSettings(files.files());
    }

    @Override
    public boolean isBundle() {
        return bundle != null;
    }

    @Override
    public DataSource dataAsTaken() {
        return info().dataAsTaken();
    }

    @Override
    public void warnIfChanged(VolumeData now, Consumer<String> warnings) {
        info().warnIfChanged(now, warnings);
    }

    /** Removes the temporary folder of a bundle. */
    @Override
    public void close() {
        if (bundle != null) {
            bundle.close();
        }
    }

    /** Returns the baseline as a message names it: the folder or file that was opened. */
    @Override
    public String toString() {
        return path.toString();
    }
}
