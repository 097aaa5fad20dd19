package dev.voxgrad.medmnist.search.space;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

import dev.voxgrad.medmnist.io.TextFile;

/** Writes and reads the numbers of configurations. */
final class Decimals {
    private static final MathContext THREE_DIGITS = new MathContext(3, RoundingMode.HALF_EVEN);
    /** Numbers with more zeros after the point are written with an exponent. */
    private static final double SMALLEST_PLAIN = 1e-3;

    private static final double LARGEST_PLAIN = 1e7;

    private Decimals() {}

    /** Returns a finite number with three significant digits. */
    static double rounded(double value) {
        return new BigDecimal(value).round(THREE_DIGITS).doubleValue();
    }

    /** Returns the shortest text that {@link #parse} reads as the same number: {@code 0.001}, {@code 2.4e-5}. */
    static String text(double value) {
        if (value == 0) {
            return "0";
        }
        BigDecimal exact = BigDecimal.valueOf(value).stripTrailingZeros();
        double magnitude = Math.abs(value);
        if (magnitude >= SMALLEST_PLAIN && magnitude < LARGEST_PLAIN) {
            return exact.toPlainString();
        }
        int exponent = exact.precision() - exact.scale() - 1;
        return exact.movePointLeft(exponent).stripTrailingZeros().toPlainString() + "e" + exponent;
    }

    /**
     * Returns the number that a text spells.
     *
     * @throws NumberFormatException for another text; the message continues after the name of the value
     */
    static double parse(String text) {
        try {
            return TextFile.decimal(text);
        } catch (NumberFormatException e) {
            throw new NumberFormatException("value is " + e.getMessage());
        }
    }
}
