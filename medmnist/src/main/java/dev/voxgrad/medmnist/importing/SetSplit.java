package dev.voxgrad.medmnist.importing;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Lists the splits of a set, in the order of its file. */
public enum SetSplit {
    TRAIN("training"),
    VAL("validation"),
    TEST("testing");

    private final String longName;

    SetSplit(String longName) {
        this.longName = longName;
    }

    /** Returns the split with that name, such as {@code train}, {@code VALIDATION} or {@code valid}. */
    static Optional<SetSplit> byName(String name) {
        String word = name.strip().toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(split -> word.length() >= split.flag().length() && split.longName.startsWith(word)
                        || word.equals(split.flag()))
                .findFirst();
    }

    /** Returns the name in the arrays of a set: train, val or test. */
    public String flag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
