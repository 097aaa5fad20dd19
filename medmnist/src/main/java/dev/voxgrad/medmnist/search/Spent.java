package dev.voxgrad.medmnist.search;

import java.util.List;
import java.util.Locale;

/**
 * Sums up what all trials of a search have cost.
 *
 * @param trials that were started
 * @param epochs that they have finished
 * @param seconds of training and validation, of all processes together
 */
public record Spent(int trials, int epochs, double seconds) {
    /** Returns what these trials have cost. */
    public static Spent of(List<Trial> trials) {
        return new Spent(
                trials.size(),
                trials.stream().mapToInt(Trial::epochs).sum(),
                trials.stream().mapToDouble(Trial::seconds).sum());
    }

    /** Returns the costs in words. */
    public String words() {
        return String.format(
                Locale.ROOT,
                "%d trials, %d epochs, %.1f minutes of training and validation",
                trials,
                epochs,
                seconds / 60);
    }
}
