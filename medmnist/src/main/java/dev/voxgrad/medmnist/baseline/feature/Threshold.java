package dev.voxgrad.medmnist.baseline.feature;

/**
 * Says which voxels of a grey channel are inside. This depends on the order of the values and the ratios of their
 * differences only, so that brighter or darker copies of a volume have the same masks.
 */
enum Threshold {
    /**
     * Takes the brighter class as inside, where the variance between two classes is greatest (Otsu, A threshold
     * selection method from gray-level histograms, IEEE Transactions on Systems, Man, and Cybernetics 9, 1979). All
     * values are possible thresholds; nothing is rounded to a histogram.
     */
    OTSU("Otsu"),
    /** Takes the brightest half as inside, or less where values are equal, as the next two. */
    HALF("brightest 1/2"),
    /** Takes the brightest quarter as inside. */
    QUARTER("brightest 1/4"),
    /** Takes the brightest tenth as inside. */
    TENTH("brightest 1/10");

    private final String words;

    Threshold(String words) {
        this.words = words;
    }

    /**
     * Returns the value that all voxels inside exceed; that of the brightest voxel if none is inside, as when all are
     * equal.
     *
     * @param sorted the values of a channel in ascending order
     */
    float of(float[] sorted) {
        return switch (this) {
            case OTSU -> otsu(sorted);
            case HALF -> sorted[(sorted.length - 1) / 2];
            case QUARTER -> sorted[(int) ((sorted.length - 1) * 3L / 4)];
            case TENTH -> sorted[(int) ((sorted.length - 1) * 9L / 10)];
        };
    }

    /**
     * Returns the largest value of the darker class. With n₀ voxels of sum s₀ in it, of n voxels of sum s, the variance
     * between the classes is (n·s₀ − n₀·s)² / (n₀·(n − n₀)), up to a constant factor.
     */
    private static float otsu(float[] sorted) {
        double n = sorted.length;
        double sum = 0;
        for (float value : sorted) {
            sum += value;
        }
        float best = sorted[sorted.length - 1];
        double greatest = 0;
        double darkSum = 0;
        for (int i = 0; i < sorted.length - 1; i++) {
            darkSum += sorted[i];
            double dark = i + 1;
            double difference = n * darkSum - dark * sum;
            double variance = difference * difference / (dark * (n - dark));
            if (sorted[i] < sorted[i + 1] && variance > greatest) {
                greatest = variance;
                best = sorted[i];
            }
        }
        return best;
    }

    @Override
    public String toString() {
        return words;
    }
}
