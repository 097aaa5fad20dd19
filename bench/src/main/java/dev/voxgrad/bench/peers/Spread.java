package dev.voxgrad.bench.peers;

import java.util.Arrays;
import java.util.Locale;

/** The middle of some numbers and how far they lie apart. */
public record Spread(double median, double min, double max) {
    /** Of at least one number. */
    public static Spread of(double... numbers) {
        if (numbers.length == 0) {
            throw new IllegalArgumentException("spread: of no numbers");
        }
        double[] sorted = numbers.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** With that many decimals, {@code 412 (405–420)}; without the brackets where all numbers are the same. */
    String toText(int decimals) {
        String number = "%." + decimals + "f";
        return min == max
                ? String.format(Locale.ROOT, number, median)
                : String.format(Locale.ROOT, number + " (" + number + "–" + number + ")", median, min, max);
    }
}
