package dev.voxgrad.medmnist.data;

/**
 * Defines the last steps from a volume of values from 0 to 1 to what a net takes, in this order, as a
 * {@link Preparation} makes them for one data set and one purpose.
 *
 * @param factor by which every value is multiplied first
 * @param zNormalize whether the volume is then z-normalised
 * @param copies how many times each voxel of one channel is written at the end: 1, or 3 for three equal channels
 */
public record NetInput(double factor, boolean zNormalize, int copies) {
    /** Leaves values from 0 to 1 as they are. */
    public static final NetInput PLAIN = new NetInput(1, false, 1);

    /** Z-normalises volumes, or leaves them as they are. */
    public static NetInput normalised(boolean zNormalize) {
        return new NetInput(1, zNormalize, 1);
    }

    /** Returns the shape of what a net takes, made from volumes of this shape. */
    public VolumeShape shape(VolumeShape stored) {
        return stored.withChannels(copies * stored.channels());
    }

    /** Multiplies {@code values[from … from+count)} by the factor. */
    void scale(float[] values, int from, int count) {
        if (factor != 1) {
            for (int i = from; i < from + count; i++) {
                values[i] = (float) (values[i] * factor);
            }
        }
    }

    /**
     * Spreads {@code count} values from {@code values[from …]} over {@code copies} times as many: each becomes as many
     * equal ones. Runs from the end, so that no value is overwritten before it is read.
     */
    void copy(float[] values, int from, int count) {
        if (copies == 1) {
            return;
        }
        for (int i = count - 1; i >= 0; i--) {
            float value = values[from + i];
            for (int c = copies - 1; c >= 0; c--) {
                values[from + i * copies + c] = value;
            }
        }
    }
}
