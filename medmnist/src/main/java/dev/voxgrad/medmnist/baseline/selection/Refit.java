package dev.voxgrad.medmnist.baseline.selection;

import java.util.List;
import java.util.Locale;

import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;

/** Names what the chosen models are fitted to once the choice is fixed. */
public enum Refit implements Flagged {
    /** The part of train that they were fitted to when they were chosen. */
    NONE,
    /** All of train. */
    TRAIN,
    /** Train and val together; then figures of val say nothing. */
    ALL;

    /** Returns the name on the command line. */
    @Override
    public String flag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the value with that name. */
    public static Refit byFlag(String flag) {
        return Flags.parse("refit", flag, List.of(values()));
    }
}
