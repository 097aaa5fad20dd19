package dev.voxgrad.medmnist.augment;

import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.volume.Volume;

/**
 * A random change of training volumes, such as a blur of random strength. What is random about it is drawn first; the
 * {@link Change} drawn is then a plain function of the volume.
 *
 * <p>To add one: write a record that implements this interface, and name it in a {@link Recipe}.
 */
public interface Transform {
    /**
     * A short name in lower case. It also names the random numbers: no recipe has two transforms of the same name, and
     * another name means other draws.
     */
    String name();

    /** What it does and from what ranges it draws, in a line for a person. */
    String description();

    /**
     * Draws one change.
     *
     * @param random the numbers for this sample, epoch and transform; the change may keep it and go on drawing
     * @param volume the volume the change is for; only its size counts here
     */
    Change draw(RandomStream random, Volume volume);

    /** A change with all its parameters, which {@link Object#toString} tells. */
    @FunctionalInterface
    interface Change {
        /** Changes the volume in place. Finite numbers of ordinary size stay finite. */
        void apply(Volume volume);
    }
}
