package dev.voxgrad.medmnist.baseline.feature;

import java.util.ArrayList;
import java.util.List;

/**
 * Describes the values of a channel without their places: mean, standard deviation σ, skewness and kurtosis (0 where σ
 * is 0), the quantiles 0, 5, 25, 50, 75, 95 and 100 %, and the parts of the voxels in 16 equal bins from 0 to 1
 * (first-order features: van Griethuysen et al., Cancer Research 77, 2017).
 */
final class IntensityFeatures {
    private static final int BINS = 16;
    private static final int[] PERCENT = {0, 5, 25, 50, 75, 95, 100};

    private IntensityFeatures() {}

    /** Returns the name of each feature, (F). */
    static List<String> names() {
        List<String> names = new ArrayList<>(List.of("mean", "standard deviation", "skewness", "kurtosis"));
        for (int percent : PERCENT) {
            names.add("quantile " + percent + " %");
        }
        for (int bin = 0; bin < BINS; bin++) {
            names.add("part from " + bin + "/" + BINS);
        }
        return names;
    }

    /**
     * Computes the features.
     *
     * @param sorted values from 0 to 1 in ascending order
     * @return (F), all of them finite
     */
    static double[] of(float[] sorted) {
        int n = sorted.length;
        double[] features = new double[4 + PERCENT.length + BINS];
        moments(sorted, features);
        for (int i = 0; i < PERCENT.length; i++) {
            features[4 + i] = sorted[(int) ((n - 1) * (long) PERCENT[i] / 100)];
        }
        int bins = 4 + PERCENT.length;
        for (float value : sorted) {
            features[bins + Math.clamp((int) (value * BINS), 0, BINS - 1)] += 1.0 / n;
        }
        return features;
    }

    private static void moments(float[] values, double[] features) {
        double mean = 0;
        for (float value : values) {
            mean += value;
        }
        mean /= values.length;
        double[] sums = new double[5];
        for (float value : values) {
            double difference = value - mean;
            sums[2] += difference * difference;
            sums[3] += difference * difference * difference;
            sums[4] += difference * difference * difference * difference;
        }
        double variance = values[0] == values[values.length - 1] ? 0 : sums[2] / values.length;
        features[0] = mean;
        features[1] = Math.sqrt(variance);
        if (variance > 0) {
            features[2] = sums[3] / values.length / Math.pow(variance, 1.5);
            features[3] = sums[4] / values.length / (variance * variance);
        }
    }
}
