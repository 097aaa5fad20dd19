package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpyWriter;

/** Writes small files in MedMNIST's layout: noise whose brightness depends on the class. */
final class TestVolumes {
    private TestVolumes() {}

    /** Writes a file with cubes of that edge length; the classes alternate. */
    static Path write(Path file, int edge, int channels, int classes, int train, int val, int test) {
        return write(file, arrays(edge, channels, classes, train, val, test));
    }

    static Path write(Path file, Map<String, NpyArray> arrays) {
        NpyWriter.writeNpz(file, arrays, NpyWriter.Packing.DEFLATED);
        return file;
    }

    /** Returns the arrays of such a file, so that a test can change them before it writes them. */
    static Map<String, NpyArray> arrays(int edge, int channels, int classes, int train, int val, int test) {
        return arrays(new VolumeShape(channels, edge), classes, train, val, test);
    }

    /** Does the same for volumes of any shape. */
    static Map<String, NpyArray> arrays(VolumeShape shape, int classes, int train, int val, int test) {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        add(arrays, "train", shape, classes, train);
        add(arrays, "val", shape, classes, val);
        add(arrays, "test", shape, classes, test);
        return arrays;
    }

    private static void add(Map<String, NpyArray> arrays, String split, VolumeShape shape, int classes, int count) {
        RandomStream random = new RandomStream(9, split.length(), count, shape.longest());
        int elements = shape.elements();
        byte[] voxels = new byte[count * elements];
        long[] labels = new long[count];
        for (int i = 0; i < count; i++) {
            labels[i] = i % classes;
            // The brightness of the volume's first half depends on the class, which z-normalisation does not hide.
            for (int v = 0; v < elements; v++) {
                int signal = v < elements / 2 ? 25 * (i % classes) : 0;
                voxels[i * elements + v] = (byte) (60 + signal + random.nextInt(120));
            }
        }
        int[] lengths = {count, shape.x(), shape.y(), shape.z(), shape.channels()};
        arrays.put(
                split + "_images",
                NpyArray.ofBytes(voxels, shape.channels() == 1 ? Arrays.copyOf(lengths, 4) : lengths));
        arrays.put(split + "_labels", NpyArray.ofLongs(labels, count, 1));
    }

    /** Copies a file and replaces the bytes of one member. */
    static Path withMember(Path original, Path copy, String member, byte[] content) {
        try (ZipFile from = new ZipFile(original.toFile());
                ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(copy))) {
            for (Enumeration<? extends ZipEntry> entries = from.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                to.putNextEntry(new ZipEntry(entry.getName()));
                to.write(
                        entry.getName().equals(member)
                                ? content
                                : from.getInputStream(entry).readAllBytes());
            }
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
