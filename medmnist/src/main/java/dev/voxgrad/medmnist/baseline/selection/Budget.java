package dev.voxgrad.medmnist.baseline.selection;

import org.jspecify.annotations.Nullable;

/** Limits the time in which candidates are tried. */
public final class Budget {
    private static final double NANO = 1e-9;

    private final @Nullable Double seconds;
    private final long start = System.nanoTime();

    /** Starts the clock; null for no limit. */
    public Budget(@Nullable Double seconds) {
        this.seconds = seconds;
    }

    /** Returns the limit in seconds; null for none. */
    public @Nullable Double seconds() {
        return seconds;
    }

    /** Returns whether the time is over. */
    boolean isSpent() {
        return seconds != null && NANO * (System.nanoTime() - start) > seconds;
    }
}
