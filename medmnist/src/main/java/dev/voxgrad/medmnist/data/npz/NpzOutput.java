package dev.voxgrad.medmnist.data.npz;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import dev.voxgrad.medmnist.io.AtomicFile;

/**
 * Writes arrays that need not fit into memory to a {@code .npz} file, deflated, as {@code numpy.savez_compressed} does.
 * The same arrays give the same bytes.
 */
public final class NpzOutput implements AutoCloseable {
    private final ZipOutputStream zip;

    /** Starts a file. */
    public NpzOutput(OutputStream out) {
        this.zip = new ZipOutputStream(out);
    }

    /**
     * Adds an array.
     *
     * @param name without {@code .npy}
     * @param content writes all elements in C order, little-endian
     */
    public void add(String name, NpyType type, int[] shape, AtomicFile.Content content) throws IOException {
        ZipEntry entry = new ZipEntry(name + ".npy");
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(NpyHeader.write(type, shape));
        content.writeTo(zip);
        zip.closeEntry();
    }

    /** Writes the directory at the end; the stream stays open. */
    @Override
    public void close() throws IOException {
        zip.finish();
    }
}
