package dev.voxgrad.medmnist.data;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpyWriter;

/** Creates small data sets and files for the tests. */
public final class Samples {
    private Samples() {}

    /**
     * Returns voxels: voxel v of volume n is {@code 7n + v} (mod 256), so that every volume is different and none is
     * blank.
     */
    public static byte[] voxels(int count, int perVolume) {
        byte[] voxels = new byte[count * perVolume];
        for (int i = 0; i < voxels.length; i++) {
            voxels[i] = (byte) (7 * (i / perVolume) + i % perVolume);
        }
        return voxels;
    }

    /** Returns the arrays of a file with {@code count} volumes of 3³ per split and labels 0, 1, … in turn. */
    static Map<String, NpyArray> arrays(int count, int classes) {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        for (String split : new String[] {"train", "val", "test"}) {
            long[] labels = new long[count];
            for (int i = 0; i < count; i++) {
                labels[i] = i % classes;
            }
            arrays.put(split + "_images", NpyArray.ofBytes(voxels(count, 27), count, 3, 3, 3));
            arrays.put(split + "_labels", NpyArray.ofLongs(labels, count, 1));
        }
        return arrays;
    }

    static Path write(Path file, Map<String, NpyArray> arrays) {
        NpyWriter.writeNpz(file, arrays, NpyWriter.Packing.DEFLATED);
        return file;
    }
}
