package dev.voxgrad.bench.step;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.study.StudyNet;

/**
 * Describes what a step works on.
 *
 * @param channels the number of channels of the volumes
 * @param size the edge of the volumes
 * @param batch the number of volumes in a batch
 */
public record StepCase(NetSpec net, int channels, int size, int batch) {
    public static final int CLASSES = 2;

    private static final int MAX_SIZE = 128;
    private static final double STUDY_WEIGHT_DECAY = 5e-4;

    /**
     * Checks that the net can work on such a batch.
     *
     * @throws DataException if it cannot; the message says why
     */
    public StepCase {
        if (size < net.smallestEdge() || size > MAX_SIZE) {
            throw new DataException(net.name() + " at size " + size + ": expected a size from " + net.smallestEdge()
                    + ", because the net " + net.sizeRule() + ", to " + MAX_SIZE);
        }
        if (channels < 1) {
            throw new DataException(net.name() + " with " + channels + " channels: expected at least 1");
        }
        if (batch < 1) {
            throw new DataException(net.name() + " with batch " + batch + ": expected at least 1");
        }
        net.requireFits(batch, new VolumeShape(channels, size));
    }

    /** Describes a batch of volumes with one channel. */
    public StepCase(NetSpec net, int size, int batch) {
        this(net, 1, size, batch);
    }

    /** Returns the shape of a volume. */
    public VolumeShape volume() {
        return new VolumeShape(channels, size);
    }

    /** Returns the shape of a batch, (N,C,S,S,S). */
    public Shape shape() {
        return Shape.of(batch, channels, size, size, size);
    }

    /**
     * Returns the weight decay of the optimizer, AdamW: the study's for its nets; none for the others, as in MedMNIST's
     * recipe, where AdamW is the same as Adam.
     */
    public double weightDecay() {
        return net instanceof StudyNet ? STUDY_WEIGHT_DECAY : 0;
    }

    @Override
    public String toString() {
        return net.name() + " " + (channels == 1 ? "" : channels + "x") + size + "^3 x" + batch;
    }
}
