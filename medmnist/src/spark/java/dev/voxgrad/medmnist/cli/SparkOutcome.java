package dev.voxgrad.medmnist.cli;

import java.io.Serializable;
import java.util.Locale;

/**
 * Describes how a task ended, and where.
 *
 * @param kind whether it was done
 * @param message why not; empty if it was
 * @param place the process, machine and executor that did it
 * @param seconds from the start of the task to its end
 */
record SparkOutcome(Kind kind, String message, String place, double seconds) implements Serializable {
    /** The ways in which a task ends. One that ends in another way is tried again by Spark. */
    enum Kind {
        DONE,
        /** The command has failed, and would fail again. */
        FAILED,
        /** The executor does not share the driver's folder; no task will do any better. */
        UNSHARED
    }

    /** Describes a task that was done. */
    String words() {
        return String.format(Locale.ROOT, "done in %.1f s by %s", seconds, place);
    }
}
