package dev.voxgrad.medmnist.data;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.io.BadValueException;
import dev.voxgrad.medmnist.io.FileKind;

/**
 * Which values of a file become which of the 256 grey values that volumes are kept in: {@code low} becomes 0,
 * {@code high} 255, those between are spread evenly and rounded to the nearest, and those outside are clamped. In
 * NumPy: {@code rint(clip((v - low) / (high - low), 0, 1) * 255)}, in double precision.
 *
 * @param low the value that becomes 0
 * @param high the value that becomes 255, above {@code low}
 */
public record Window(double low, double high) {
    /** Leaves integers from 0 to 255 as they are. */
    public static final Window BYTES = new Window(0, 255);
    /** Turns the zeros and ones of a mask into 0 and 255. */
    public static final Window MASK = new Window(0, 1);

    /** Rejects bounds that are NaN, infinite, equal, in the wrong order or too far apart for a double. */
    public Window {
        low += 0.0; // one zero only, not also a negative one
        high += 0.0;
        BadValueException.require(Double.isFinite(low), "low", low, "a finite number");
        BadValueException.require(
                Double.isFinite(high - low) && high > low, "high", high, "a finite number above " + shown(low));
    }

    /**
     * Reads {@code LO,HI} as the command line has it.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static Window parse(String text) {
        String[] bounds = text.split(",", -1);
        try {
            if (bounds.length == 2) {
                return new Window(Double.parseDouble(bounds[0].strip()), Double.parseDouble(bounds[1].strip()));
            }
        } catch (IllegalArgumentException e) {
            throw unreadable(text, e);
        }
        throw unreadable(text, null);
    }

    private static IllegalArgumentException unreadable(String text, @Nullable Exception cause) {
        return new IllegalArgumentException(
                "window is '" + FileKind.shown(text)
                        + "'; expected two finite numbers LO,HI, the lower one first, such as -1000,400",
                cause);
    }

    /** Returns the grey value of a finite value, as an unsigned byte. */
    byte grey(double value) {
        return (byte) (int) Math.rint(Math.clamp((value - low) / (high - low), 0.0, 1.0) * 255);
    }

    /** Returns the grey values of all unsigned bytes. */
    byte[] ofBytes() {
        byte[] table = new byte[256];
        for (int value = 0; value < table.length; value++) {
            table[value] = grey(value);
        }
        return table;
    }

    /** Returns {@code LO,HI} as the command line takes it; whole numbers without a fraction. */
    @Override
    public String toString() {
        return shown(low) + "," + shown(high);
    }

    /** Returns a number as a person would write it. */
    static String shown(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? String.format(Locale.ROOT, "%.0f", value + 0.0)
                : String.valueOf(value);
    }
}
