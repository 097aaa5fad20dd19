package dev.voxgrad.medmnist.data.check;

import java.util.Locale;

import com.fasterxml.jackson.annotation.JsonValue;

/**
 * Describes something about a file of volumes that its owner should know.
 *
 * @param severity how bad it is
 * @param kind what it is, in a word that programs can rely on
 * @param message what was found, and where
 * @param advice what to do about it
 */
public record Finding(Severity severity, String kind, String message, String advice) {
    /** Ranks findings. */
    public enum Severity {
        /** It would hurt training or evaluation, or stop it. */
        ERROR,
        /** It may be right, but is worth a look. */
        WARNING;

        /** Returns the name in output. */
        @JsonValue
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Finding error(String kind, String message, String advice) {
        return new Finding(Severity.ERROR, kind, message, advice);
    }

    static Finding warning(String kind, String message, String advice) {
        return new Finding(Severity.WARNING, kind, message, advice);
    }

    /** Returns whether it would hurt training. */
    public boolean isError() {
        return severity == Severity.ERROR;
    }
}
