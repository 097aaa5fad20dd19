package dev.voxgrad.medmnist.baseline.feature;

import java.util.ArrayList;
import java.util.List;

/**
 * Measures thickness by depth, the distance d of a voxel inside to the nearest voxel outside: the mean, the root mean
 * square and the maximum of d over all V voxels inside, and the part of them with d ≥ t·u for several t, u being the
 * mask's unit. That part is what an erosion with a ball leaves; as a function of t it is the granulometry of the erosion (Serra, Image
 * Analysis and Mathematical Morphology, 1982).
 */
final class DistanceFeatures implements MaskFeatures {
    /** Squares of t: the distances between voxels up to 3, then whole numbers. */
    private static final int[] SQUARES = {2, 3, 4, 5, 6, 8, 9, 16, 25};

    @Override
    public List<String> names() {
        List<String> names = new ArrayList<>(List.of("mean depth", "RMS depth", "largest depth"));
        for (int square : SQUARES) {
            names.add("part of depth √" + square);
        }
        return names;
    }

    @Override
    public double[] of(Mask mask) {
        double volume = mask.volume();
        double sum = 0;
        double squares = 0;
        int largest = 0;
        int[] parts = new int[SQUARES.length];
        for (int square : DistanceTransform.squared(mask)) {
            sum += Math.sqrt(square);
            squares += square;
            largest = Math.max(largest, square);
            for (int i = 0; i < SQUARES.length; i++) {
                parts[i] += square >= SQUARES[i] * mask.unit() * mask.unit() ? 1 : 0;
            }
        }
        double[] features = new double[3 + SQUARES.length];
        features[0] = sum / volume;
        features[1] = Math.sqrt(squares / volume);
        features[2] = Math.sqrt(largest);
        for (int i = 0; i < SQUARES.length; i++) {
            features[3 + i] = parts[i] / volume;
        }
        return features;
    }
}
