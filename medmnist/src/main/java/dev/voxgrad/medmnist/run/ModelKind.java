package dev.voxgrad.medmnist.run;

import java.util.Locale;

/** The two models that are kept of every member. */
public enum ModelKind {
    /** After the last epoch. */
    LAST,
    /** After the epoch with the highest validation AUC; of several such, the latest. */
    BEST;

    /** As it is spelled in files and tables. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
