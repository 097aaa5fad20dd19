package dev.voxgrad.medmnist.search.strategy;

import java.util.ArrayList;
import java.util.List;

import dev.voxgrad.medmnist.train.settings.TrainSettings;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/**
 * Contains the numbers of epochs after which trials are compared: r, rη, rη², … up to R, which is always the last.
 *
 * @param epochs in ascending order
 * @param eta 1 of so many trials at a rung is promoted to the next
 */
public record Rungs(List<Integer> epochs, int eta) {
    private static final int MOST_ETA = 100;

    public Rungs {
        epochs = List.copyOf(epochs);
        requireWithin("eta", eta, 2, MOST_ETA);
        requireWithin("number of rungs", epochs.size(), 1, Integer.SIZE);
        for (int k = 0; k < epochs.size(); k++) {
            requireWithin("epochs of a rung", epochs.get(k), 1, TrainSettings.MOST_EPOCHS);
            require(k == 0 || epochs.get(k) > epochs.get(k - 1), "rungs", epochs, "ascending numbers of epochs");
        }
    }

    /**
     * Returns the rungs of successive halving.
     *
     * @param least epochs of the first rung, r
     * @param most epochs of the last rung, R; a rung that would be above the half of it is left out
     */
    public static Rungs of(int least, int most, int eta) {
        requireWithin("epochs of the first rung", least, 1, most);
        requireWithin("eta", eta, 2, MOST_ETA);
        List<Integer> epochs = new ArrayList<>();
        for (long next = least; 2 * next <= most; next *= eta) {
            epochs.add((int) next);
        }
        epochs.add(most);
        return new Rungs(epochs, eta);
    }

    /** Returns the one rung of a search that trains every trial to its end. */
    public static Rungs single(int epochs) {
        return new Rungs(List.of(epochs), 2);
    }

    /** Returns the index of the last rung. */
    public int top() {
        return epochs.size() - 1;
    }

    /** Returns the epochs that a trial trains from the rung before to this one. */
    public int cost(int rung) {
        return epochs.get(rung) - (rung == 0 ? 0 : epochs.get(rung - 1));
    }

    /** Returns how many of the trials at a rung may be promoted: ⌊n/η⌋. */
    public int promotable(int trials) {
        return trials / eta;
    }
}
