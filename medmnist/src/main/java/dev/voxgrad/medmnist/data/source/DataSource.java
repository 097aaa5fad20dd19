package dev.voxgrad.medmnist.data.source;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.data.FileOptions;
import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeLoader;
import dev.voxgrad.medmnist.data.Window;
import dev.voxgrad.medmnist.io.BadValueException;

/**
 * Where a run's volumes come from, in words that can be written down and read again.
 *
 * @param kind an official set, a file of the user's own, or made by code
 * @param flag the official set's flag; null for the other kinds
 * @param root folder of the official files; null for the other kinds
 * @param size edge length of the official volumes, 28 or 64; 0 for the other kinds
 * @param file the user's file; null for the other kinds
 * @param labels class names of the user's file; empty to number them
 * @param synthetic how to make the volumes; null for the other kinds
 * @param task what the user says that the labels of the file mean, see {@link Task#flag}; null to derive it from them
 * @param skipBlank whether blank volumes are left out of training; null for false
 * @param window which values of the user's file become black and white; null to derive it from the volumes, and for
 *     the other kinds
 */
public record DataSource(
        Kind kind,
        String flag,
        String root,
        int size,
        String file,
        List<String> labels,
        SyntheticShapes.Settings synthetic,
        String task,
        Boolean skipBlank,
        Window window) {
    /** The three kinds of sources. */
    public enum Kind {
        OFFICIAL,
        FILE,
        SYNTHETIC
    }

    /** Refuses what an edited or damaged run.json may lack or hold. */
    public DataSource {
        BadValueException.requirePresent("kind", kind);
        BadValueException.requireAll("labels", labels, "a list of names");
        BadValueException.require(task == null || Task.byName(task).isPresent(), "task", task, Task.flags());
        labels = List.copyOf(labels);
        switch (kind) {
            case OFFICIAL -> {
                requirePath("root", root);
                BadValueException.requirePresent("flag", flag);
                BadValueException.requireUnderstood("flag", flag, DatasetInfo::byFlag);
                DatasetInfo info = DatasetInfo.byFlag(flag);
                BadValueException.requireUnderstood(
                        "size", String.valueOf(size), edge -> info.source(Integer.parseInt(edge)));
            }
            case FILE -> requirePath("file", file);
            case SYNTHETIC -> BadValueException.requirePresent("synthetic", synthetic);
        }
    }

    private static void requirePath(String name, String path) {
        BadValueException.requirePresent(name, path);
        BadValueException.requireUnderstood(name, path, Path::of);
    }

    /** One of the official sets. */
    public static DataSource official(String flag, Path root, int size) {
        return new DataSource(Kind.OFFICIAL, flag, absolute(root), size, null, List.of(), null, null, null, null);
    }

    /** A file in MedMNIST's layout. */
    public static DataSource file(Path file, List<String> labels) {
        return new DataSource(Kind.FILE, null, null, 0, absolute(file), List.copyOf(labels), null, null, null, null);
    }

    /** Volumes made by code. */
    public static DataSource synthetic(SyntheticShapes.Settings settings) {
        return new DataSource(Kind.SYNTHETIC, null, null, 0, null, List.of(), settings, null, null, null);
    }

    private static String absolute(Path path) {
        return path.toAbsolutePath().normalize().toString();
    }

    /** The same source with the official files in another folder; other kinds stay as they are. */
    public DataSource withRoot(Path newRoot) {
        return kind == Kind.OFFICIAL
                ? new DataSource(kind, flag, absolute(newRoot), size, file, labels, synthetic, task, skipBlank, window)
                : this;
    }

    /** The same source with the user's file elsewhere; other kinds stay as they are. */
    public DataSource withFile(Path newFile) {
        return kind == Kind.FILE
                ? new DataSource(kind, flag, root, size, absolute(newFile), labels, synthetic, task, skipBlank, window)
                : this;
    }

    /** Returns the same source with labels that mean this task; null to derive it from them. */
    public DataSource withTask(String newTask) {
        return new DataSource(kind, flag, root, size, file, labels, synthetic, newTask, skipBlank, window);
    }

    /** Returns the same source that tolerates blank volumes, see {@link VolumeData#withoutSkippedBlanks}, or not. */
    public DataSource withSkipBlank(boolean skip) {
        return new DataSource(
                kind, flag, root, size, file, labels, synthetic, task, skip ? Boolean.TRUE : null, window);
    }

    /** Returns the same source with volumes that are read with this window; null to derive it from them. */
    public DataSource withWindow(Window newWindow) {
        return new DataSource(kind, flag, root, size, file, labels, synthetic, task, skipBlank, newWindow);
    }

    /** Whether blank volumes are left out of training. */
    public boolean skipsBlank() {
        return Boolean.TRUE.equals(skipBlank);
    }

    /**
     * Loads or makes the volumes.
     *
     * @param warner is given one line if an official file is not as published, and for each reading of labels and
     *     voxels that the user should know about
     */
    public VolumeData load(Consumer<String> warner) {
        return switch (kind) {
            case OFFICIAL -> VolumeLoader.load(DatasetInfo.byFlag(flag), Path.of(root), size, skipsBlank(), warner);
            case FILE ->
                VolumeLoader.loadFile(
                        Path.of(file),
                        new FileOptions(
                                labels,
                                Optional.ofNullable(task).flatMap(Task::byName),
                                skipsBlank(),
                                Optional.ofNullable(window)),
                        warner);
            case SYNTHETIC -> SyntheticShapes.make(synthetic);
        };
    }
}
