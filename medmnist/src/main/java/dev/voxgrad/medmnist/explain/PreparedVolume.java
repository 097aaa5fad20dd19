package dev.voxgrad.medmnist.explain;

import java.util.Arrays;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.SampleReader;
import dev.voxgrad.medmnist.data.SampleTransform;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeShape;

/**
 * Represents a volume as a net takes it: scaled, z-normalised or whatever its training did.
 *
 * @param channels number of channels
 * @param size voxels along X, Y and Z
 * @param values (X,Y,Z,C), channels last
 */
public record PreparedVolume(int channels, Dims3 size, float[] values) {
    public PreparedVolume {
        if (channels < 1 || (long) channels * size.product() != values.length) {
            throw new IllegalArgumentException(
                    "volume: " + values.length + " values for " + channels + " channels of " + size + " voxels");
        }
    }

    /** Returns a volume of a split, prepared as for an evaluation. */
    public static PreparedVolume of(VolumeData data, Split split, int index) {
        SampleReader reader = new SampleReader(split, data.evaluationInput(), SampleTransform.NONE);
        VolumeShape shape = reader.shape();
        float[] values = new float[shape.elements()];
        reader.read(index, 0, values, 0);
        return new PreparedVolume(shape.channels(), new Dims3(shape.x(), shape.y(), shape.z()), values);
    }

    /** Returns the volume as a batch of one, (1,C,X,Y,Z). */
    Tensor tensor(Device device) {
        return batch(device, 1, values);
    }

    /** Returns several volumes of this size as a batch, (N,C,X,Y,Z), from values that follow each other. */
    Tensor batch(Device device, int volumes, float[] all) {
        return Tensor.ofChannelsLast(device, Shape.of(volumes, channels, size.d(), size.h(), size.w()), all);
    }

    /** Returns the smallest value of a channel. */
    private float least(int channel) {
        float least = Float.POSITIVE_INFINITY;
        for (int i = channel; i < values.length; i += channels) {
            least = Math.min(least, values[i]);
        }
        return least;
    }

    /** Returns a volume of this size without any content: each channel has the same value everywhere. */
    PreparedVolume blank(Fill fill) {
        float[] blank = new float[values.length];
        for (int channel = 0; channel < channels; channel++) {
            float value = fill == Fill.DARKEST ? least(channel) : (float) mean(channel);
            for (int i = channel; i < blank.length; i += channels) {
                blank[i] = value;
            }
        }
        return new PreparedVolume(channels, size, blank);
    }

    private double mean(int channel) {
        double sum = 0;
        for (int i = channel; i < values.length; i += channels) {
            sum += values[i];
        }
        return sum / size.product();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PreparedVolume that
                && channels == that.channels
                && size.equals(that.size)
                && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }
}
