package dev.voxgrad.engine.optim;

/** Checks the settings of updates: NaN, infinite and negative values are errors that name the setting. */
final class Settings {
    private Settings() {}

    /** Throws an IllegalArgumentException unless {@code value} is in [0, limit). */
    static void requireBelow(String operation, String setting, double value, double limit) {
        if (!(value >= 0 && value < limit)) {
            throw new IllegalArgumentException(operation + ": " + setting + " is " + value + ", expected at least 0 "
                    + (limit < Double.POSITIVE_INFINITY ? "and less than " + limit : "and finite"));
        }
    }

    /** Throws an IllegalArgumentException unless {@code value} is finite and at least 0. */
    static void requireFinite(String operation, String setting, double value) {
        requireBelow(operation, setting, value, Double.POSITIVE_INFINITY);
    }

    /** Throws an IllegalArgumentException if {@code value} is NaN or negative; infinity means no limit. */
    static void requireLimit(String operation, String setting, double value) {
        if (!(value >= 0)) {
            throw new IllegalArgumentException(operation + ": " + setting + " is " + value + ", expected at least 0");
        }
    }
}
