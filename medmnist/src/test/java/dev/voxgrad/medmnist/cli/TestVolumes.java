package dev.voxgrad.medmnist.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.data.NpyArray;
import dev.voxgrad.medmnist.data.NpyWriter;

/** Small files in MedMNIST's layout: cubes of noise whose brightness depends on the class. */
final class TestVolumes {
    private TestVolumes() {}

    /** Writes a file with cubes of that edge; classes take turns. */
    static Path write(Path file, int edge, int channels, int classes, int train, int val, int test) {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        add(arrays, "train", edge, channels, classes, train);
        add(arrays, "val", edge, channels, classes, val);
        add(arrays, "test", edge, channels, classes, test);
        NpyWriter.writeNpz(file, arrays, NpyWriter.Packing.DEFLATED);
        return file;
    }

    private static void add(Map<String, NpyArray> arrays, String split, int edge, int channels, int classes, int count) {
        RandomStream random = new RandomStream(9, split.length(), count, edge);
        int elements = edge * edge * edge * channels;
        byte[] voxels = new byte[count * elements];
        long[] labels = new long[count];
        for (int i = 0; i < count; i++) {
            labels[i] = i % classes;
            // The first half of the volume is brighter by class: z-normalisation does not hide it.
            for (int v = 0; v < elements; v++) {
                int signal = v < elements / 2 ? 25 * (i % classes) : 0;
                voxels[i * elements + v] = (byte) (60 + signal + random.nextInt(120));
            }
        }
        int[] shape = channels == 1
                ? new int[] {count, edge, edge, edge} : new int[] {count, edge, edge, edge, channels};
        arrays.put(split + "_images", NpyArray.ofBytes(voxels, shape));
        arrays.put(split + "_labels", NpyArray.ofLongs(labels, count, 1));
    }
}
