package dev.voxgrad.medmnist.train.settings;

import java.util.List;
import java.util.Locale;

import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;

/** Which of several epochs with the same, highest validation AUC has the best model. */
public enum Ties implements Flagged {
    /** The first of them: only a higher AUC replaces the best model, as in MedMNIST's script. */
    FIRST,
    /** The latest of them, as in the original study. */
    LATEST;

    /** Returns the name on the command line. */
    @Override
    public String flag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the value with that name. */
    public static Ties byFlag(String flag) {
        return Flags.parse("ties", flag, List.of(values()));
    }

    /** Returns whether a later epoch's AUC replaces the best one so far. */
    public boolean replaces(double later, double best) {
        return this == FIRST ? later > best : later >= best;
    }
}
