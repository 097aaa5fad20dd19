package dev.voxgrad.medmnist.search.space;

import org.jspecify.annotations.Nullable;

import static dev.voxgrad.medmnist.io.BadValueException.require;

/**
 * Describes one setting that a search chooses.
 *
 * @param name as the option of {@code train} that sets it, without its hyphens: {@code weight-decay}
 * @param domain its values
 * @param condition when it counts; null for always
 */
public record Dimension(
        String name, Domain domain, @Nullable Condition condition) {
    public Dimension {
        require(Configuration.isName(name), "dimension", name, "lower-case letters, digits and hyphens");
    }

    /** Returns whether a configuration that has these values of the dimensions before must have a value of this one. */
    public boolean isActive(Configuration before) {
        return condition == null || condition.isMet(before);
    }

    /** Returns the dimension as a line of a space's file. */
    public String toText() {
        return name + " " + domain.toText() + (condition == null ? "" : " " + condition.toText());
    }
}
