package dev.voxgrad.medmnist.importing;

import java.util.Arrays;

import dev.voxgrad.medmnist.data.Window;

/** Finds the window of one channel from its values. */
final class Percentiles {
    private Percentiles() {}

    /**
     * Returns the window from the 0.5th to the 99.5th percentile, as NumPy's {@code percentile} interpolates them. If
     * these are equal, as in a scan that is almost all background, the window is from the smallest to the largest
     * value; if those are equal, too, it is one wide, and the volume becomes blank.
     *
     * @param values finite values
     */
    static Window window(float[] values) {
        float[] sorted = values.clone();
        Arrays.sort(sorted);
        double low = at(sorted, WindowRule.TAIL);
        double high = at(sorted, 100 - WindowRule.TAIL);
        if (!(high > low)) {
            low = sorted[0];
            high = sorted[sorted.length - 1];
        }
        return new Window(low, high > low ? high : low + Math.max(1, 2 * Math.ulp(low)));
    }

    private static double at(float[] sorted, double percent) {
        double place = percent / 100 * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * ((double) sorted[above] - sorted[below]);
    }
}
