package dev.voxgrad.engine.flag;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/** Finds values by their names on the command line, and lists the known names in messages. */
public final class Flags {
    private Flags() {}

    /**
     * Returns the value with this name.
     *
     * @param what the setting, as a message names it: {@code precision}
     * @param flag the name to find; null counts as unknown
     * @param values the known values, in the order in which messages list them
     * @throws IllegalArgumentException for an unknown name; its message lists the known ones
     */
    public static <F extends Flagged> F parse(String what, @Nullable String flag, List<F> values) {
        return find(flag, values)
                .orElseThrow(() -> new IllegalArgumentException(what + " is '" + flag + "'; expected " + list(values)));
    }

    /** Returns the value with this name, if there is one. */
    public static <F extends Flagged> Optional<F> find(@Nullable String flag, List<F> values) {
        return values.stream().filter(value -> value.flag().equals(flag)).findFirst();
    }

    /** Returns the names of all values, separated by commas: {@code fp32, tf32, bf16}. */
    public static String list(List<? extends Flagged> values) {
        return values.stream().map(Flagged::flag).collect(Collectors.joining(", "));
    }
}
