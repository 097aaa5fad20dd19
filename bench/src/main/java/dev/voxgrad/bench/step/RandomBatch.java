package dev.voxgrad.bench.step;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;

/**
 * Holds the batch that every engine gets: values in [0, 1) and random classes.
 *
 * @param volumes (N,S,S,S,C): in channels-last order
 * @param labels (N)
 */
public record RandomBatch(float[] volumes, int[] labels) {
    /** Returns the same values for the same case, whichever the engine. */
    public static RandomBatch of(StepCase work) {
        RandomStream random = new RandomStream(1, 0, 0, RandomPurpose.ANY);
        float[] volumes = new float[work.shape().elements()];
        for (int i = 0; i < volumes.length; i++) {
            volumes[i] = random.nextFloat();
        }
        int[] labels = new int[work.batch()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = random.nextInt(StepCase.CLASSES);
        }
        return new RandomBatch(volumes, labels);
    }
}
