package dev.voxgrad.medmnist.io;

import java.io.Serial;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * Reports a setting that is out of bounds, from an option of the command line or a field of a file. The message names
 * the setting as the command line does: {@code models is 0; expected at least 1 and at most 10000}.
 */
public final class BadValueException extends IllegalArgumentException {
    @Serial
    private static final long serialVersionUID = 1;
    /** Values come from files too, which may contain anything. */
    private static final int MOST_CHARACTERS = 80;

    private final String name;

    private BadValueException(String name, String message) {
        super(message);
        this.name = name;
    }

    private static String shortened(@Nullable Object found) {
        String text = Objects.toString(found).replaceAll("\\p{Cntrl}", "?");
        return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS) + "…";
    }

    /** Returns the setting's name, such as {@code batch-size}. */
    public String name() {
        return name;
    }

    /** Throws unless a condition is met. */
    public static void require(boolean met, String name, @Nullable Object found, String expected) {
        if (!met) {
            throw new BadValueException(name, name + " is " + shortened(found) + "; expected " + expected);
        }
    }

    /** Throws unless {@code least ≤ found ≤ most}. */
    public static void requireWithin(String name, long found, long least, long most) {
        require(found >= least && found <= most, name, found, "at least " + least + " and at most " + most);
    }

    /**
     * Throws unless {@code reader} understands a text, with the reason that it gives.
     *
     * @param reader throws an {@link IllegalArgumentException} or a {@link DataException} for any other text
     */
    public static void requireUnderstood(String name, String found, Consumer<String> reader) {
        try {
            reader.accept(found);
        } catch (IllegalArgumentException | DataException e) {
            String why = Objects.requireNonNullElse(e.getMessage(), e.toString());
            throw new BadValueException(
                    name, why.startsWith(name + " ") ? why : name + " is '" + shortened(found) + "' (" + why + ")");
        }
    }

    /** Throws unless a list and all its elements are present. */
    public static void requireAll(String name, @Nullable List<?> found, String expected) {
        require(found != null && found.stream().allMatch(Objects::nonNull), name, found, expected);
    }

    /** Throws unless a value is present. */
    public static void requirePresent(String name, @Nullable Object found) {
        require(found != null, name, "missing", "a value");
    }
}
