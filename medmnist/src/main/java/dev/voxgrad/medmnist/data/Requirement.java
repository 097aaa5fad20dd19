package dev.voxgrad.medmnist.data;

import java.util.List;

import dev.voxgrad.medmnist.io.DataFileException;

/**
 * Names the splits that a command cannot do without. A file may lack the others.
 *
 * @param command what needs them, for messages: {@code medmnist train}
 * @param splits their names: train, val or test
 */
public record Requirement(String command, List<String> splits) {
    /** Requires nothing; a command that takes a split later finds out whether it is there. */
    public static final Requirement NONE = new Requirement("this command", List.of());
    /** Requires what training needs. */
    public static final Requirement TRAINING = of("medmnist train", "train", "val");

    public Requirement {
        splits = List.copyOf(splits);
    }

    /** Returns a command's requirement. */
    public static Requirement of(String command, String... splits) {
        return new Requirement(command, List.of(splits));
    }

    /**
     * Checks that all of them are there.
     *
     * @param present names of the splits of a file
     * @throws DataFileException if one is missing; the message names its arrays and the command
     */
    void check(List<String> present, String file) {
        for (String split : splits) {
            if (!present.contains(split)) {
                throw new DataFileException(file, missing(split, command, present));
            }
        }
    }

    /** Returns the problem that a split is missing. */
    static String missing(String split, String command, List<String> present) {
        return "has no " + split + " split, which " + command + " needs: add the arrays " + split + "_images and "
                + split + "_labels to those of "
                + String.join(", ", present);
    }
}
