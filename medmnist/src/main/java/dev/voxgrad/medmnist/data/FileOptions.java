package dev.voxgrad.medmnist.data;

import java.util.List;
import java.util.Optional;

/**
 * What a user says about a file of volumes where the file itself leaves a choice.
 *
 * @param labelNames names of the classes in order of their value; empty to name them by their numbers
 * @param task what the labels mean; empty to derive it from them
 * @param skipBlank whether blank volumes are tolerated, see {@link Split#withBlankSkipped}
 * @param window which values become 0 and 1; empty to derive it from the volumes
 */
public record FileOptions(List<String> labelNames, Optional<Task> task, boolean skipBlank, Optional<Window> window) {
    /** Derives everything from the file. */
    public static final FileOptions NONE = new FileOptions(List.of(), Optional.empty(), false, Optional.empty());

    public FileOptions {
        labelNames = List.copyOf(labelNames);
    }

    /** Derives everything from the file but the names of the classes. */
    public static FileOptions named(List<String> labelNames) {
        return new FileOptions(labelNames, Optional.empty(), false, Optional.empty());
    }
}
