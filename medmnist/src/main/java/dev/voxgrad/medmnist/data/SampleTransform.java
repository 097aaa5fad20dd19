package dev.voxgrad.medmnist.data;

import dev.voxgrad.engine.volume.Volume;

/**
 * Changes one training volume before it is normalised. The result may depend only on the arguments (and on
 * settings such as a seed), never on earlier calls, so that it is the same whichever thread does the work.
 */
@FunctionalInterface
public interface SampleTransform {
    /** Leaves volumes as they are. */
    SampleTransform NONE = (volume, sample) -> {};

    /**
     * Changes the volume in place.
     *
     * @param volume values in [0, 1], (C, X, Y, Z)
     * @param sample which volume it is, and for which epoch
     */
    void apply(Volume volume, Sample sample);
}
