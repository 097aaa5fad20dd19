package dev.voxgrad.medmnist.data;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.io.BadValueException;
import dev.voxgrad.medmnist.io.FileKind;

/**
 * Maps the values of a file to 0 to 1: {@code low} becomes 0, {@code high} becomes 1, those between are spread evenly,
 * and those outside are clamped. In NumPy: {@code clip((v - low) / (high - low), 0, 1).astype('float32')}, with v in
 * double precision.
 *
 * @param low the value that becomes 0
 * @param high the value that becomes 1, above {@code low}
 * @param exact null in runs of versions that rounded the result to the nearest of 256 grey values, from 0/255 to
 *     255/255; then it is still rounded
 */
public record Window(double low, double high, @Nullable Boolean exact) {
    /** Divides by 255. */
    public static final Window BYTES = new Window(0, 255);
    /** Takes the zeros and ones of a mask as they are. */
    public static final Window MASK = new Window(0, 1);

    private static final int WHITE = 255;

    /** Rejects bounds that are NaN, infinite, equal, in the wrong order or too far apart for a double. */
    public Window {
        low += 0.0; // one zero only, not also a negative one
        high += 0.0;
        BadValueException.require(Double.isFinite(low), "low", low, "a finite number");
        BadValueException.require(
                Double.isFinite(high - low) && high > low, "high", high, "a finite number above " + shown(low));
        exact = Boolean.TRUE.equals(exact) ? Boolean.TRUE : null;
    }

    /** Creates a window whose results are not rounded. */
    public Window(double low, double high) {
        this(low, high, true);
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

    /** Returns what a finite value becomes, from 0 to 1. */
    float value(double value) {
        double inside = Math.min(1, Math.max(0, (value - low) / (high - low)));
        return (float) (exact == null ? Math.rint(inside * WHITE) / WHITE : inside);
    }

    /**
     * Returns whether both bounds are from {@code least} to {@code greatest}: clamping values to these changes nothing.
     */
    boolean isWithin(double least, double greatest) {
        return low >= least && high <= greatest;
    }

    /** Returns whether another window has the same bounds, though runs of other versions may round its results. */
    public boolean hasBoundsOf(Window other) {
        return low == other.low && high == other.high;
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
