package dev.voxgrad.medmnist.data;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.voxgrad.engine.volume.Volume;
import dev.voxgrad.medmnist.io.DataException;

/**
 * Turns the stored volumes of a split into what a net takes: scaled to [0, 1], transformed, then as {@link NetInput}
 * defines. It holds scratch memory and is used by one thread.
 *
 * <p>A transform can leave nothing of a volume, say by moving its one bright voxel out of sight, and a blank volume
 * cannot be z-normalised. So as not to end a training of days, the transform is then drawn once more and a warning is
 * logged; the draws are as reproducible as all others.
 */
public final class SampleReader {
    private static final Logger LOG = LoggerFactory.getLogger(SampleReader.class);
    private static final int MOST_ATTEMPTS = 10;

    private final Split split;
    private final NetInput input;
    private final SampleTransform transform;
    private final int elements;
    /** The volume that a transform changes; null without one. */
    private final @Nullable Volume volume;

    /** Reads volumes of a split; the transform comes before the z-normalisation, which can be left out. */
    public SampleReader(Split split, boolean zNormalize, SampleTransform transform) {
        this(split, NetInput.normalised(zNormalize), transform);
    }

    /** Reads volumes of a split; the transform comes before the steps of {@code input}. */
    public SampleReader(Split split, NetInput input, SampleTransform transform) {
        VolumeShape stored = split.shape();
        this.split = split;
        this.input = input;
        this.transform = transform;
        this.elements = stored.elements();
        this.volume = transform == SampleTransform.NONE
                ? null
                : new Volume(stored.channels(), stored.x(), stored.y(), stored.z());
    }

    /** Returns the shape of a volume as it is written. */
    public VolumeShape shape() {
        return input.shape(split.shape());
    }

    /**
     * Writes a volume to {@code out[to …]}, channels-last (X, Y, Z, C), in the shape of {@link #shape}. A blank volume
     * that the split marks as known is written as zeros if it should be z-normalised.
     *
     * @param index the volume's number in the split
     * @param epoch the epoch it is for, from 0
     * @throws DataException if the volume is blank but should be z-normalised, or the transform cannot take it
     */
    public void read(int index, int epoch, float[] out, int to) {
        if (input.zNormalize() && split.isSkipped(index)) {
            Arrays.fill(out, to, to + elements, 0);
        } else if (volume == null) {
            split.read(index, out, to);
            input.scale(out, to, elements);
            if (input.zNormalize()) {
                Normalization.zNormalize(out, to, elements, split.name(), index);
            }
        } else {
            readTransformed(index, epoch, volume, out, to);
        }
        input.copy(out, to, elements);
    }

    /** Returns a volume as {@link #read} writes it, but one channel after the other, (C,X,Y,Z). */
    public float[] readPlanar(int index, int epoch) {
        VolumeShape shape = shape();
        float[] channelsLast = new float[shape.elements()];
        read(index, epoch, channelsLast, 0);
        float[] planar = new float[shape.elements()];
        ChannelOrder.toPlanar(channelsLast, 0, shape.channels(), shape.voxels(), planar);
        return planar;
    }

    private void readTransformed(int index, int epoch, Volume volume, float[] out, int to) {
        Sample sample = new Sample(split.name(), index, epoch);
        while (!tryTransformed(sample, volume, out, to)) {
            sample = sample.again();
            if (sample.attempt() == MOST_ATTEMPTS) {
                throw new DataException(sample + " is blank (all voxels are equal) after each of " + MOST_ATTEMPTS
                        + " draws of its transforms, so it cannot be z-normalised. Take it out of the data set, or "
                        + "choose gentler transforms");
            }
            LOG.warn("{} is blank after its transforms, which are drawn again", sample);
        }
    }

    /** Returns whether anything is left of the volume. */
    private boolean tryTransformed(Sample sample, Volume volume, float[] out, int to) {
        int channels = volume.channels();
        split.read(sample.index(), out, to);
        ChannelOrder.toPlanar(out, to, channels, volume.voxels(), volume.values());
        transform.apply(volume, sample);
        ChannelOrder.toChannelsLast(volume.values(), channels, volume.voxels(), out, to);
        input.scale(out, to, elements);
        return !input.zNormalize() || Normalization.tryZNormalize(out, to, elements);
    }
}
