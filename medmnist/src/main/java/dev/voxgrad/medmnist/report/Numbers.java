package dev.voxgrad.medmnist.report;

import java.util.Locale;
import java.util.Optional;

import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.metrics.Spread;

/** Formats numbers for the report. */
final class Numbers {
    /** Stands for a number that is not defined. */
    static final String NONE = "–";

    private Numbers() {}

    /** Returns a figure between 0 and 1 with three decimals, as in MedMNIST. */
    static String three(double value) {
        return Double.isNaN(value)
                ? NONE
                : String.format(Locale.ROOT, "%.3f", value).replace('-', '−');
    }

    /** Returns a difference of figures, with its sign. */
    static String signed(double value) {
        if (Double.isNaN(value)) {
            return NONE;
        }
        String text = String.format(Locale.ROOT, "%.3f", Math.abs(value));
        return text.equals("0.000") ? "±" + text : (value < 0 ? "−" : "+") + text;
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    static String interval(Optional<Bootstrap.Interval> interval) {
        return interval.map(Bootstrap.Interval::toText).orElse(NONE);
    }

    /** Returns mean and deviation, {@code 0.871 ± 0.012}; for one value, only the value. */
    static String spread(Spread spread) {
        return three(spread.mean()) + (Double.isNaN(spread.deviation()) ? "" : " ± " + three(spread.deviation()));
    }

    /** Returns a duration in a suitable unit. */
    static String duration(double seconds) {
        if (Double.isNaN(seconds)) {
            return NONE;
        }
        return seconds < 120
                ? String.format(Locale.ROOT, "%.0f s", seconds)
                : seconds < 7200
                        ? String.format(Locale.ROOT, "%.1f min", seconds / 60)
                        : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
    }

    /** Returns a coordinate for SVG, rounded to a tenth of a unit. */
    static String coordinate(double value) {
        long tenths = Math.round(value * 10);
        return tenths % 10 == 0 ? String.valueOf(tenths / 10) : String.valueOf(tenths / 10.0);
    }
}
