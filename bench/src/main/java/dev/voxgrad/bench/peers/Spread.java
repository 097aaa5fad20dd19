package dev.voxgrad.bench.peers;

import java.util.Arrays;
import java.util.Locale;

/** Holds the median of some numbers and their range. */
public record Spread(double median, double min, double max) {
    /** Returns the spread of one or more numbers. */
    public static Spread of(double... numbers) {
        if (numbers.length == 0) {
            throw new IllegalArgumentException("spread: expected at least one number");
        }
        double[] sorted = numbers.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** Returns the spread of all numbers multiplied by a positive factor. */
    Spread times(double factor) {
        return new Spread(median * factor, min * factor, max * factor);
    }

    /** Formats with that many decimals, {@code 412 (405–420)}; without the brackets if all numbers are the same. */
    String toText(int decimals) {
        String number = "%." + decimals + "f";
        return min == max
                ? String.format(Locale.ROOT, number, median)
                : String.format(Locale.ROOT, number + " (" + number + "–" + number + ")", median, min, max);
    }
}
