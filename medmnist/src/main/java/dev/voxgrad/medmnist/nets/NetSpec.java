package dev.voxgrad.medmnist.nets;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.nn.Layer;

/**
 * Describes a net that can be trained: its name, the volumes that it accepts, and how to build it. The net itself may
 * be any {@link Layer} that maps (N,C,D,H,W) to logits (N,classes). {@link Nets} finds specifications by name.
 *
 * <p>A net whose layers run through {@link dev.voxgrad.nn.Sequential} or {@link dev.voxgrad.nn.Chain} appears in
 * summaries and profiles with the names of its layers, and runs convolution blocks fused.
 */
public interface NetSpec {
    /**
     * Returns the name on the command line, in tables and in file names: {@code net1}. It consists of lower-case
     * letters, digits, hyphens and single dots between them, and starts with a letter.
     */
    String name();

    /** Returns whether the net is one of MedMNIST's published benchmark, and is trained by its recipe by default. */
    default boolean isOfBenchmark() {
        return false;
    }

    /** Returns the number of voxels that the net requires along each axis of a volume. */
    default int smallestEdge() {
        return 1;
    }

    /** Returns the reason for {@link #smallestEdge}, as the predicate of a sentence: "halves a volume 4 times". */
    default String sizeRule() {
        return "reduces a volume";
    }

    /** Returns the number of elements of the largest activation that one volume leads to. */
    long largestActivation(VolumeShape volume);

    /**
     * Builds the net, for volumes whose size {@link #build} has checked, with parameters of zero.
     *
     * @param classes number of logits per volume
     */
    Layer create(Device device, VolumeShape volume, int classes);

    /**
     * Builds the net, with parameters of zero until they are initialised or loaded.
     *
     * @param classes number of logits per volume
     * @throws DataException if the volumes are too small
     */
    default Layer build(Device device, VolumeShape volume, int classes) {
        if (volume.shortest() < smallestEdge()) {
            throw new DataException(name() + " " + sizeRule() + " and needs at least " + smallestEdge()
                    + " voxels along each axis, but these have " + volume.size()
                    + "; choose a net with fewer stages, or larger volumes");
        }
        return create(device, volume, classes);
    }

    /**
     * Checks that no activation of a batch has more than 2³¹−1 elements, the most that a tensor can have.
     *
     * @throws DataException if one has
     */
    default void requireFits(int batchSize, VolumeShape volume) {
        long most = Integer.MAX_VALUE / largestActivation(volume);
        if (batchSize > most) {
            throw new DataException(name() + " takes at most " + most + " volumes of " + volume + " at a time, as no "
                    + "tensor may have more than 2^31-1 elements; these are " + batchSize + ", so lower --batch-size");
        }
    }
}
