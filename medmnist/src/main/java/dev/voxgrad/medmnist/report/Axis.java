package dev.voxgrad.medmnist.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Describes one axis of a chart.
 *
 * @param label the quantity, with its unit if there is one
 * @param low value at the origin
 * @param high value at the other end
 * @param step difference between marked values, starting at low; their ratio on a logarithmic axis
 * @param logarithmic whether equal distances are equal ratios; then all values are above 0, and the marked ones are
 *     powers of ten
 */
record Axis(String label, double low, double high, double step, boolean logarithmic) {
    /** The desired number of steps, approximately. */
    private static final int STEPS = 5;
    /** The most marks that fit on a logarithmic axis. */
    private static final int MOST_POWERS = 8;

    private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

    /** Creates a linear axis. */
    Axis(String label, double low, double high, double step) {
        this(label, low, high, step, false);
    }

    /** Returns an axis from 0 to 1. */
    static Axis unit(String label) {
        return new Axis(label, 0, 1, 0.2);
    }

    /** Whole numbers from 1 to {@code last}, as for epochs. */
    static Axis counting(String label, int last) {
        double step = Math.max(1, niceStep(last - 1.0));
        return last == 1 ? new Axis(label, 0, 2, 1) : new Axis(label, last <= STEPS + 1 ? 1 : 0, last, step);
    }

    /** Wide enough for all numbers that are there, with ends that are round. */
    static Axis over(String label, double... values) {
        double least = Double.POSITIVE_INFINITY;
        double largest = Double.NEGATIVE_INFINITY;
        for (double value : values) {
            if (Double.isFinite(value)) {
                least = Math.min(least, value);
                largest = Math.max(largest, value);
            }
        }
        if (least > largest) {
            return unit(label);
        }
        double step = niceStep(largest > least ? largest - least : Math.max(Math.abs(largest), 0.1));
        double low = Math.floor(least / step) * step;
        double high = Math.ceil(largest / step) * step;
        return new Axis(label, low, high > low ? high : low + step, step);
    }

    /** Does the same for numbers from 0 to 1, without going beyond 1 if all of them are the same. */
    static Axis ofShares(String label, double... values) {
        Axis axis = over(label, values);
        return axis.high > 1 + 1e-9 ? unit(label) : axis;
    }

    /** Logarithmic, from the power of ten at or below {@code least} to the one at or above {@code largest}. */
    static Axis powers(String label, double least, double largest) {
        int low = (int) Math.floor(Math.log10(least) + 1e-9);
        int high = Math.max(low + 1, (int) Math.ceil(Math.log10(largest) - 1e-9));
        int step = Math.ceilDiv(high - low, MOST_POWERS);
        return new Axis(
                label,
                Math.pow(10, low),
                Math.pow(10, low + step * Math.ceilDiv(high - low, step)),
                Math.pow(10, step),
                true);
    }

    /** Returns 1, 2 or 5 times a power of ten. */
    private static double niceStep(double range) {
        double power = Math.pow(10, Math.floor(Math.log10(Math.max(range, 1e-12) / STEPS)));
        for (double factor : new double[] {1, 2, 5}) {
            if (range / (factor * power) <= STEPS + 1e-9) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    /** Returns the position of a value, from 0 at the low end to 1 at the high one. */
    double at(double value) {
        return logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    }

    /** Returns the values to mark. */
    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        if (logarithmic) {
            for (double tick = low; tick < high * Math.sqrt(step); tick *= step) {
                ticks.add(tick);
            }
            return ticks;
        }
        for (int i = 0; low + i * step <= high + step / 1000; i++) {
            ticks.add(low + i * step);
        }
        return ticks;
    }

    /** Returns a marked value as text, with as many decimals as the step has, or as a power of ten. */
    String text(double tick) {
        if (logarithmic) {
            return "10" + superscript(Math.round(Math.log10(tick)));
        }
        int decimals = Math.max(0, (int) Math.ceil(-Math.log10(step) - 1e-9));
        return String.format(Locale.ROOT, "%." + decimals + "f", tick == 0 ? 0.0 : tick);
    }

    private static String superscript(long exponent) {
        StringBuilder text = new StringBuilder(exponent < 0 ? "⁻" : "");
        String.valueOf(Math.abs(exponent)).chars().forEach(digit -> text.append(SUPERSCRIPTS.charAt(digit - '0')));
        return text.toString();
    }
}
