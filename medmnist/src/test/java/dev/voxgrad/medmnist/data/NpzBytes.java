package dev.voxgrad.medmnist.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Builds files of volumes of any type and shape, with handmade bytes of each array. */
final class NpzBytes {
    private final Map<String, byte[]> members = new LinkedHashMap<>();

    /** Adds the labels 0, 1, 0 … of a split. */
    NpzBytes labels(String split, int count) {
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++) {
            labels[i] = (byte) (i % 2);
        }
        members.put(
                split + "_labels",
                Bytes.npy("{'descr': '|u1', 'fortran_order': False, 'shape': (" + count + ",)}", labels));
        return this;
    }

    /** Adds volumes, in the file's order, and as many labels. */
    NpzBytes images(String split, String type, String shape, boolean fortran, double... values) {
        members.put(
                split + "_images",
                Bytes.npy(
                        "{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': "
                                + shape + "}",
                        encode(type, values)));
        return labels(split, Integer.parseInt(shape.replaceFirst("\\((\\d+),.*", "$1")));
    }

    /** Adds two cubes of 2³ voxels: sixteen values. */
    NpzBytes cubes(String split, String type, double... values) {
        return images(split, type, "(2, 2, 2, 2)", false, values);
    }

    /** Adds the same two cubes to each split. */
    static NpzBytes everywhere(String type, double... values) {
        return new NpzBytes()
                .cubes("train", type, values)
                .cubes("val", type, values)
                .cubes("test", type, values);
    }

    private static byte[] encode(String type, double[] values) {
        int bytes = type.charAt(2) - '0';
        ByteBuffer data = ByteBuffer.allocate(bytes * values.length)
                .order(type.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        for (double value : values) {
            if (type.charAt(1) == 'f') {
                switch (bytes) {
                    case 2 -> data.putShort(Float.floatToFloat16((float) value));
                    case 4 -> data.putFloat((float) value);
                    default -> data.putDouble(value);
                }
            } else {
                switch (bytes) {
                    case 1 -> data.put((byte) (long) value);
                    case 2 -> data.putShort((short) (long) value);
                    case 4 -> data.putInt((int) (long) value);
                    default -> data.putLong((long) value);
                }
            }
        }
        return data.array();
    }

    Path write(Path file) {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> member : members.entrySet()) {
                zip.putNextEntry(new ZipEntry(member.getKey() + ".npy"));
                zip.write(member.getValue());
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
