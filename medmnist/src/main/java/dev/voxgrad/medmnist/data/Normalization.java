package dev.voxgrad.medmnist.data;

import dev.voxgrad.medmnist.io.DataException;

/** Makes the mean of a volume zero and its deviation one. */
public final class Normalization {
    private Normalization() {}

    /**
     * Z-normalises one volume in place, over all its voxels and channels: {@code (x − mean) / deviation}, with
     * N − 1 in the deviation, as PyTorch's {@code (x - x.mean()) / x.std()}. Sums run in double.
     *
     * @param split the split's name, and
     * @param index the volume's number in it, for the message
     * @throws DataException if the volume is blank: all values equal, so that the deviation is zero
     */
    public static void zNormalize(float[] values, int from, int count, String split, int index) {
        if (!tryZNormalize(values, from, count)) {
            throw blank(split, index);
        }
    }

    /** Normalises as {@link #zNormalize} does, but leaves a blank volume as it is and returns false. */
    static boolean tryZNormalize(float[] values, int from, int count) {
        double sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += values[i];
        }
        double mean = sum / count;
        double squares = 0;
        boolean blank = true;
        for (int i = from; i < from + count; i++) {
            double centred = values[i] - mean;
            squares += centred * centred;
            blank &= values[i] == values[from];
        }
        if (blank) {
            return false;
        }
        double factor = 1 / Math.sqrt(squares / (count - 1));
        for (int i = from; i < from + count; i++) {
            values[i] = (float) ((values[i] - mean) * factor);
        }
        return true;
    }

    static DataException blank(String split, int index) {
        return new DataException(split + ": volume " + index + " is blank (all voxels are equal), so it cannot be "
                + "z-normalised; expected at least two different values. Take it out of the data set, or pass "
                + "--skip-blank to leave blank volumes out of training");
    }
}
