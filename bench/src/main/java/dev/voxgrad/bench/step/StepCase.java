package dev.voxgrad.bench.step;

import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.nets.study.StudyNet;

/**
 * Describes what a step works on.
 *
 * @param size the edge of the volumes, which have one channel
 * @param batch the number of volumes in a batch
 */
public record StepCase(StudyNet net, int size, int batch) {
    public static final int CLASSES = 2;
    private static final int MAX_SIZE = 128;

    /**
     * Checks that the net can work on such a batch.
     *
     * @throws DataException if it cannot; the message says why
     */
    public StepCase {
        if (size < net.smallestEdge() || size > MAX_SIZE) {
            throw new DataException(net.name() + " at size " + size + ": expected a size from " + net.smallestEdge()
                    + ", because the net halves it " + net.widths().size() + " times, to " + MAX_SIZE);
        }
        if (batch < 1) {
            throw new DataException(net.name() + " with batch " + batch + ": expected at least 1");
        }
        net.requireFits(batch, new VolumeShape(1, size));
    }

    /** Returns the shape of a volume. */
    public VolumeShape volume() {
        return new VolumeShape(1, size);
    }

    /** Returns the number of values in a batch of volumes. */
    public int elements() {
        return batch * size * size * size;
    }

    @Override
    public String toString() {
        return net.name() + " " + size + "^3 x" + batch;
    }
}
