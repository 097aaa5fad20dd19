package dev.voxgrad.medmnist.augment;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Formats numbers for the descriptions of transforms. */
final class Words {
    private Words() {}

    /** Returns a number with up to three decimals: {@code 0.25}, {@code 10}. */
    static String number(double value) {
        String text = String.format(Locale.ROOT, "%.3f", value).replaceFirst("\\.?0+$", "");
        return text.equals("-0") ? "0" : text;
    }

    /** Returns numbers as {@code (0.5, 1, −2)}. */
    static String vector(double... values) {
        return Arrays.stream(values).mapToObj(Words::number).collect(Collectors.joining(", ", "(", ")"));
    }
}
