package dev.voxgrad.medmnist.run;

import java.util.Locale;

/** Names the two models that are kept of every member. */
public enum ModelKind {
    /** The model after the last epoch. */
    LAST,
    /** The model after the epoch with the highest validation AUC; if several are equal, the latest. */
    BEST;

    /** Returns the spelling in file names and tables. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
