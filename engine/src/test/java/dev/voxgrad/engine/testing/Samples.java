package dev.voxgrad.engine.testing;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.random.RandomStream;

/** Generates random values for tests. They are exact in float32, so that every device starts from the same values. */
public final class Samples {
    private Samples() {}

    /** Returns normal deviates, rounded to float32. */
    public static double[] gaussian(Shape shape, long seed) {
        RandomStream random = new RandomStream(seed, 0, 0, 0);
        double[] values = new double[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
