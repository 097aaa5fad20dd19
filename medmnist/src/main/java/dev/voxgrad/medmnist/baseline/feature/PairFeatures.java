package dev.voxgrad.medmnist.baseline.feature;

import java.util.ArrayList;
import java.util.List;

/**
 * Measures thickness by direction: the probability that a voxel k units from a voxel inside is inside, too,
 *
 * <pre>S(d) = |{v inside: v + d inside}| / V</pre>
 *
 * <p>for d = k·u·e with k = 1, 2, 3, the mask's unit u and each of the 13 directions e to a neighbour. This is the
 * two-point correlation function, or set covariance, of a mask (Torquato, Random Heterogeneous Materials, 2002). Where a
 * sheet of thickness t crosses direction e at a right angle, S is 1 − k·u/t.
 */
final class PairFeatures implements MaskFeatures {
    @Override
    public List<String> names() {
        List<String> names = new ArrayList<>();
        for (int k = 1; k <= Mask.MOST_STEPS; k++) {
            for (Offset direction : Offset.DIRECTIONS) {
                names.add("pairs at " + direction.times(k));
            }
        }
        return names;
    }

    @Override
    public double[] of(Mask mask) {
        double volume = mask.volume();
        double[] features = new double[Mask.MOST_STEPS * Offset.DIRECTIONS.size()];
        int at = 0;
        for (int k = 1; k <= Mask.MOST_STEPS; k++) {
            for (Offset direction : Offset.DIRECTIONS) {
                features[at++] = mask.pairs(direction.times(k * mask.unit())) / volume;
            }
        }
        return features;
    }
}
