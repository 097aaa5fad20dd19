package dev.voxgrad.medmnist.augment;

import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.volume.Volume;

/**
 * Changes training volumes at random, such as by a blur of random strength. Everything random about it is drawn first;
 * the {@link Change} drawn is then a plain function of the volume.
 *
 * <p>To add one: write a record that implements this interface, and add it to a {@link Recipe}.
 */
public interface Transform {
    /**
     * Returns a short name in lower case. It also identifies the random numbers: no recipe has two transforms of the
     * same name, and another name means other draws.
     */
    String name();

    /** Describes in a line what it does and from what ranges it draws. */
    String description();

    /**
     * Draws one change.
     *
     * @param random the numbers for this sample, epoch and transform; the change may keep it and continue to draw
     * @param volume the volume to change later; only its size is used here
     */
    Change draw(RandomStream random, Volume volume);

    /** Represents a change with all its parameters, which {@link Object#toString} shows. */
    @FunctionalInterface
    interface Change {
        /** Changes the volume in place. Finite values of ordinary size stay finite. */
        void apply(Volume volume);
    }
}
