package dev.voxgrad.medmnist.data.source;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.FileOptions;
import dev.voxgrad.medmnist.data.Loading;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeLoader;
import dev.voxgrad.medmnist.data.Window;
import dev.voxgrad.medmnist.io.BadValueException;

/**
 * A file of the user's own, in MedMNIST's layout.
 *
 * @param file path of the file
 * @param labels class names; empty to number the classes
 * @param task flag of the {@link Task} that the labels mean; null to derive it from them
 * @param skipsBlank whether blank volumes are left out of training
 * @param window which values become 0 and 1; null to derive it from the volumes
 */
public record OwnFile(
        String file,
        List<String> labels,
        @Nullable String task,
        boolean skipsBlank,
        @Nullable Window window) implements DataSource {
    /** Refuses what an edited or damaged run.json may contain. */
    public OwnFile {
        BadValueException.requireAll("labels", labels, "a list of names");
        BadValueException.require(task == null || Task.byName(task).isPresent(), "task", task, Task.flags());
        labels = List.copyOf(labels);
        SourceJson.requirePath("file", file);
    }

    @Override
    public OwnFile withFile(Path other) {
        return new OwnFile(SourceJson.absolute(other), labels, task, skipsBlank, window);
    }

    /** Returns the same file with these class names. */
    public OwnFile withLabels(List<String> names) {
        return new OwnFile(file, names, task, skipsBlank, window);
    }

    @Override
    public OwnFile withoutFolder() {
        return new OwnFile(String.valueOf(Path.of(file).getFileName()), labels, task, skipsBlank, window);
    }

    /** Returns the same file with labels that mean this task; null to derive it from them. */
    public OwnFile withTask(@Nullable String meaning) {
        return new OwnFile(file, labels, meaning, skipsBlank, window);
    }

    /** Returns the same file that leaves blank volumes out of training, or refuses them. */
    public OwnFile withSkipBlank(boolean skip) {
        return new OwnFile(file, labels, task, skip, window);
    }

    @Override
    public OwnFile withWindow(@Nullable Window other) {
        return new OwnFile(file, labels, task, skipsBlank, other);
    }

    @Override
    public VolumeData load(Preparation preparation, Loading loading) {
        FileOptions options = new FileOptions(
                labels, Optional.ofNullable(task).flatMap(Task::byName), skipsBlank, Optional.ofNullable(window));
        return VolumeLoader.loadFile(Path.of(file), options, preparation, loading);
    }

    @Override
    public SourceJson json() {
        return new SourceJson(
                SourceJson.Kind.FILE,
                null,
                null,
                0,
                file,
                labels,
                null,
                task,
                SourceJson.trueOrNull(skipsBlank),
                window);
    }
}
