package dev.voxgrad.medmnist.importing;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.Window;
import dev.voxgrad.medmnist.io.BadValueException;

/**
 * Says how the values of scans become those of the set.
 *
 * @param kind the rule
 * @param fixed the window of {@link Kind#FIXED}; otherwise null
 */
public record WindowRule(Kind kind, @Nullable Window fixed) {
    /** The part of the values, in per cent, that is below and above the window of {@link Kind#PERCENTILE}. */
    static final double TAIL = 0.5;

    /** Lists the rules. */
    public enum Kind {
        /** Unsigned bytes stay as they are; other scans are refused. */
        BYTES,
        /** The same window for all scans, such as −1000 to 400 for CT. */
        FIXED,
        /** A window for each channel of each scan, from its 0.5th to its 99.5th percentile, for MR. */
        PERCENTILE,
        /** 0 stays 0 and everything else becomes 255. */
        MASK,
        /** Values stay as they are, in the narrowest of uint8, int16 and float32 that holds all scans. */
        NONE
    }

    public WindowRule {
        if (kind == Kind.FIXED == (fixed == null)) {
            throw new IllegalArgumentException("window: expected bounds for a fixed window only");
        }
    }

    /**
     * Reads {@code LO,HI}, {@code percentile}, {@code mask}, {@code none} or {@code bytes}.
     *
     * @throws IllegalArgumentException if it is something else; the message starts with {@code window}
     */
    public static WindowRule parse(String text) {
        String word = text.strip().toUpperCase(Locale.ROOT);
        for (Kind kind : Kind.values()) {
            if (kind != Kind.FIXED && kind.name().equals(word)) {
                return new WindowRule(kind, null);
            }
        }
        BadValueException.require(
                text.contains(","),
                "window",
                text,
                "LO,HI such as -1000,400 for CT, percentile for MR, mask, or none to keep the values");
        return new WindowRule(Kind.FIXED, Window.parse(text));
    }

    /** Returns the text that {@link #parse} reads. */
    @Override
    public String toString() {
        return fixed == null ? kind.name().toLowerCase(Locale.ROOT) : fixed.toString();
    }
}
