package dev.voxgrad.nativecheck.probe;

import java.util.Random;

/** Generates test data and measures the errors of results. */
final class TestData {
    private TestData() {}

    /** Returns values between -1 and 1, the same in every run. */
    static float[] random(int length, long seed) {
        Random random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = 2 * random.nextFloat() - 1;
        }
        return values;
    }

    /**
     * Returns the largest difference relative to the largest expected value; NaN if a result is NaN.
     *
     * @param found what a library computed
     * @param expected the expected values, of the same length
     */
    static double largestError(float[] found, double[] expected) {
        double difference = 0;
        double size = 0;
        for (int i = 0; i < expected.length; i++) {
            difference = Math.max(difference, Math.abs(found[i] - expected[i]));
            size = Math.max(size, Math.abs(expected[i]));
        }
        return difference / size;
    }
}
