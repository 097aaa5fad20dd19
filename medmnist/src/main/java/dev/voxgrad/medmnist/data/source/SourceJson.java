package dev.voxgrad.medmnist.data.source;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.Window;
import dev.voxgrad.medmnist.io.BadValueException;

/**
 * The object {@code data} in {@code run.json}: one form for all kinds of sources, in which the fields of other kinds
 * are null, 0 or empty. Field names and their order must stay, so that runs of other versions can be read.
 *
 * @param kind which of the {@link DataSource}s this is
 * @param flag the official set's flag
 * @param root folder of the official files
 * @param size edge length of the official volumes
 * @param file the user's file
 * @param labels class names of the user's file
 * @param synthetic how to make the volumes
 * @param task what the labels of the user's file mean
 * @param skipBlank whether blank volumes are left out of training; null for false
 * @param window which values of the user's file become 0 and 1
 */
public record SourceJson(
        Kind kind,
        @Nullable String flag,
        @Nullable String root,
        int size,
        @Nullable String file,
        List<String> labels,
        SyntheticShapes.@Nullable Settings synthetic,
        @Nullable String task,
        @Nullable Boolean skipBlank,
        @Nullable Window window) {
    /** The three kinds of sources. */
    public enum Kind {
        OFFICIAL,
        FILE,
        SYNTHETIC
    }

    /** Refuses what an edited or damaged run.json may lack or contain, whatever the kind. */
    public SourceJson {
        BadValueException.requirePresent("kind", kind);
        BadValueException.requireAll("labels", labels, "a list of names");
        BadValueException.require(task == null || Task.byName(task).isPresent(), "task", task, Task.flags());
        labels = List.copyOf(labels);
    }

    /** Returns the source that this describes. */
    @SuppressWarnings("NullAway") // the records refuse null with the field's name
    DataSource source() {
        boolean skip = Boolean.TRUE.equals(skipBlank);
        return switch (kind) {
            case OFFICIAL -> new OfficialSet(flag, root, size, skip);
            case FILE -> new OwnFile(file, labels, task, skip, window);
            case SYNTHETIC -> new Synthetic(synthetic);
        };
    }

    static @Nullable Boolean trueOrNull(boolean value) {
        return value ? Boolean.TRUE : null;
    }

    static String absolute(Path path) {
        return path.toAbsolutePath().normalize().toString();
    }

    static void requirePath(String name, @Nullable String path) {
        BadValueException.requirePresent(name, path);
        BadValueException.requireUnderstood(name, Objects.requireNonNull(path), Path::of);
    }
}
