package dev.voxgrad.medmnist.baseline.selection;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/**
 * Records one model of the chosen ensemble.
 *
 * @param candidate its number in the list of candidates, from 0
 * @param weight its share of the ensemble's probabilities, in (0, 1]
 */
public record ChosenModel(int candidate, double weight) {
    /** Refuses what an edited or damaged file may contain. */
    public ChosenModel {
        requireWithin("candidate", candidate, 0, Integer.MAX_VALUE);
        require(weight > 0 && weight <= 1, "weight", weight, "more than 0 and at most 1");
    }
}
