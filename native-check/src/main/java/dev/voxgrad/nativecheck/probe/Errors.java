package dev.voxgrad.nativecheck.probe;

import java.util.Random;

/** Numbers to test with, and how far results are off. */
final class Errors {
    private Errors() {}

    /** Numbers between -1 and 1, the same in every run. */
    static float[] random(int length, long seed) {
        Random random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = 2 * random.nextFloat() - 1;
        }
        return values;
    }

    /**
     * The largest difference, as a share of the largest number that was expected; NaN where a result is NaN.
     *
     * @param found what a library computed
     * @param expected as many numbers
     */
    static double largest(float[] found, double[] expected) {
        double difference = 0;
        double size = 0;
        for (int i = 0; i < expected.length; i++) {
            difference = Math.max(difference, Math.abs(found[i] - expected[i]));
            size = Math.max(size, Math.abs(expected[i]));
        }
        return difference / size;
    }
}
