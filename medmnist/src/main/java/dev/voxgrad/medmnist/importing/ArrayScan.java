package dev.voxgrad.medmnist.importing;

import java.nio.file.Path;
import java.util.Arrays;

import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.io.DataFileException;

/**
 * Reads a scan from an array of NumPy: (X, Y, Z), or with up to {@value #MOST_CHANNELS} channels (X, Y, Z, C) or (C,
 * X, Y, Z). An array has neither spacing nor orientation: its axes count as the patient's, with 1 mm between voxels.
 */
final class ArrayScan {
    static final int MOST_CHANNELS = VolumeShape.MOST_CHANNELS;

    private ArrayScan() {}

    /**
     * Returns the channels of an array of that shape.
     *
     * @throws DataFileException if it is no volume
     */
    static int channels(Path file, int... shape) {
        boolean empty = Arrays.stream(shape).anyMatch(length -> length == 0);
        if (!empty && shape.length == 3) {
            return 1;
        }
        if (!empty && shape.length == 4 && (isLast(shape) || shape[0] <= MOST_CHANNELS)) {
            return isLast(shape) ? shape[3] : shape[0];
        }
        throw new DataFileException(
                file.toString(),
                "has the shape " + Arrays.toString(shape) + "; expected a volume (X,Y,Z), or one with up to "
                        + MOST_CHANNELS + " channels (X,Y,Z,C) or (C,X,Y,Z). Save each volume to a file of its own");
    }

    /** Returns whether channels come last, as they do if both ends could be channels. */
    private static boolean isLast(int... shape) {
        return shape.length == 4 && shape[3] <= MOST_CHANNELS;
    }

    static Scan read(Path file) {
        NpyArray array = NpyArray.read(file);
        int[] shape = array.shape();
        int count = channels(file, shape);
        int voxels = array.count() / count;
        boolean last = isLast(shape);
        float[][] channels = Scan.allocate(count, voxels, file);
        for (int channel = 0; channel < count; channel++) {
            for (int i = 0; i < voxels; i++) {
                channels[channel][i] = (float) array.getDouble(last ? i * count + channel : channel * voxels + i);
            }
        }
        int[] space = shape.length == 4 && !last ? Arrays.copyOfRange(shape, 1, 4) : Arrays.copyOf(shape, 3);
        return new Scan(space, new double[] {1, 1, 1}, null, null, channels);
    }
}
