package dev.voxgrad.medmnist.data;

/**
 * Changes one training volume before it is normalised. The result may depend only on the arguments (and on
 * settings such as a seed), never on earlier calls, so that it is the same whichever thread does the work.
 */
@FunctionalInterface
public interface SampleTransform {
    /** Leaves volumes as they are. */
    SampleTransform NONE = (volume, shape, epoch, sampleIndex) -> {};

    /**
     * Changes the volume in place.
     *
     * @param volume values in [0, 1], (X, Y, Z, C)
     * @param shape channels and edge
     * @param epoch epoch the volume is for, from 0
     * @param sampleIndex the volume's number in its split
     */
    void apply(float[] volume, VolumeShape shape, int epoch, int sampleIndex);
}
