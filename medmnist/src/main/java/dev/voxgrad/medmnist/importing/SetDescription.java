package dev.voxgrad.medmnist.importing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import dev.voxgrad.medmnist.io.BadValueException;
import dev.voxgrad.medmnist.io.TextFile;
import dev.voxgrad.medmnist.run.json.RunJson;

/**
 * Describes an imported set: how its volumes were prepared, and where each came from. It is the content of
 * {@code SET.json} next to {@code SET.npz}.
 *
 * @param version of this description
 * @param settings how scans become volumes
 * @param split the parts of train, val and test, or {@code column}
 * @param seed of the division into splits
 * @param labels names of the classes, in order
 * @param train volumes in the order of the array, as are those of the other splits
 * @param val empty if the set has none
 * @param test empty if the set has none
 */
public record SetDescription(
        int version,
        PrepareSettings settings,
        String split,
        long seed,
        List<String> labels,
        List<VolumeOrigin> train,
        List<VolumeOrigin> val,
        List<VolumeOrigin> test) {
    /** The version that is written. */
    public static final int VERSION = 1;

    /** Refuses what is missing; an edited file may contain anything. */
    public SetDescription {
        BadValueException.requireWithin("version", version, VERSION, VERSION);
        BadValueException.requirePresent("settings", settings);
        BadValueException.requirePresent("split", split);
        BadValueException.requireAll("labels", labels, "names of classes");
        BadValueException.requireAll("train", train, "a list of volumes");
        BadValueException.requireAll("val", val, "a list of volumes");
        BadValueException.requireAll("test", test, "a list of volumes");
    }

    /** Returns where the volumes of a split came from, in order. */
    public List<VolumeOrigin> origins(String splitName) {
        return switch (splitName) {
            case "train" -> train;
            case "val" -> val;
            case "test" -> test;
            default -> throw new IllegalArgumentException("split: expected train, val or test, was " + splitName);
        };
    }

    /** Returns the place of the description of a set: {@code SET.json} for {@code SET.npz}. */
    public static Path fileOf(Path npz) {
        String name = String.valueOf(npz.getFileName());
        return npz.resolveSibling(name.replaceFirst("(?i)\\.npz$", "") + ".json");
    }

    /** Reads the description of a set; empty if there is none next to it. */
    public static Optional<SetDescription> of(Path npz) {
        Path file = fileOf(npz);
        return Files.isRegularFile(file) ? Optional.of(read(file)) : Optional.empty();
    }

    /**
     * Reads a description.
     *
     * @throws dev.voxgrad.medmnist.io.DataFileException if the file is none; the message names the field
     */
    public static SetDescription read(Path file) {
        return RunJson.read(TextFile.text(file), SetDescription.class, file.toString());
    }

    /** Returns the text that {@link #read} reads. */
    String toJson() {
        return RunJson.write(this);
    }
}
