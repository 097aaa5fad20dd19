package dev.voxgrad.medmnist.data;

/**
 * A volume of a split, as it is wanted in one epoch: what random changes of it are named by.
 *
 * @param split the split's name
 * @param index the volume's number in the split, from 0
 * @param epoch from 0
 * @param attempt 0, or how many tries at this sample came to nothing
 */
public record Sample(String split, int index, int epoch, int attempt) {
    /** Creates the first attempt. */
    public Sample(String split, int index, int epoch) {
        this(split, index, epoch, 0);
    }

    /** Returns the attempt after this one. */
    Sample again() {
        return new Sample(split, index, epoch, attempt + 1);
    }

    /** Returns its name in messages, with epochs from 1. */
    @Override
    public String toString() {
        return split + ": volume " + index + " in epoch " + (epoch + 1);
    }
}
