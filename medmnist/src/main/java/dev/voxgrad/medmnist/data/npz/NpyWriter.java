package dev.voxgrad.medmnist.data.npz;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import dev.voxgrad.medmnist.io.DataFileException;

/** Writes arrays where NumPy's {@code load} finds them. An existing file is replaced. */
public final class NpyWriter {
    private NpyWriter() {}

    /** How the members of an archive are packed: as {@code numpy.savez} or {@code numpy.savez_compressed} do. */
    public enum Packing {
        STORED,
        DEFLATED
    }

    /** Writes one array as a {@code .npy} file. */
    public static void writeNpy(Path file, NpyArray array) {
        try {
            Files.write(file, array.encode());
        } catch (IOException e) {
            throw new DataFileException(file.toString(), "cannot be written: " + e.getMessage(), e);
        }
    }

    /**
     * Writes named arrays as a {@code .npz} file, in the map's order.
     *
     * @param arrays keyed by name without {@code .npy}
     */
    public static void writeNpz(Path file, Map<String, NpyArray> arrays, Packing packing) {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            writeNpz(out, arrays, packing);
        } catch (IOException e) {
            throw new DataFileException(file.toString(), "cannot be written: " + e.getMessage(), e);
        }
    }

    /** Returns what {@link #writeNpz} writes. */
    public static byte[] npz(Map<String, NpyArray> arrays, Packing packing) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            writeNpz(out, arrays, packing);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return out.toByteArray();
    }

    private static void writeNpz(OutputStream out, Map<String, NpyArray> arrays, Packing packing) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, NpyArray> named : arrays.entrySet()) {
                byte[] content = named.getValue().encode();
                zip.putNextEntry(entry(named.getKey() + ".npy", content, packing));
                zip.write(content);
                zip.closeEntry();
            }
        }
    }

    private static ZipEntry entry(String name, byte[] content, Packing packing) {
        ZipEntry entry = new ZipEntry(name);
        entry.setTime(0);
        if (packing == Packing.STORED) {
            CRC32 crc = new CRC32();
            crc.update(content);
            entry.setMethod(ZipEntry.STORED);
            entry.setSize(content.length);
            entry.setCrc(crc.getValue());
        }
        return entry;
    }
}
