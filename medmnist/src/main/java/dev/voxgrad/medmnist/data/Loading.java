package dev.voxgrad.medmnist.data;

import java.util.function.Consumer;

/**
 * Describes how a data set is loaded, as far as this does not change what is in it.
 *
 * @param cache where volumes are kept
 * @param requirement the splits that must be there
 * @param notes is given a line for each interpretation of labels and voxels that the user should know about, one if an
 *     official file is not as published, and those of {@code cache}
 */
public record Loading(VolumeCache cache, Requirement requirement, Consumer<String> notes) {
    /** Returns the usual way, without a required split. */
    public static Loading of(Consumer<String> notes) {
        return new Loading(VolumeCache.AUTO, Requirement.NONE, notes);
    }
}
