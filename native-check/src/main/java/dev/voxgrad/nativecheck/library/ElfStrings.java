package dev.voxgrad.nativecheck.library;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;

/**
 * Reads the string table of a shared library. Names are read from the file one by one. Together they may not be longer
 * than the table, which contains each name once: a file that refers to one long string thousands of times is damaged.
 */
final class ElfStrings {
    /** File names have up to 255 bytes, paths up to 4,096; run paths list a few dozen of these. */
    private static final int LONGEST = 1 << 16;

    private final FileChannel file;
    private final long start;
    private final long size;
    private long budget;

    /**
     * Opens a table in a file.
     *
     * @param start where it starts, in bytes
     * @param size its size in bytes
     * @throws IOException if the file has no such part
     */
    ElfStrings(FileChannel file, long start, long size) throws IOException {
        if (start < 0 || size < 0 || start > file.size() - size) {
            throw new IOException("is damaged or truncated");
        }
        this.file = file;
        this.start = start;
        this.size = size;
        this.budget = size;
    }

    /** Returns the string at an offset into the table, up to the next zero. */
    String at(long offset) throws IOException {
        if (offset < 0 || offset >= size) {
            throw new IOException("is damaged");
        }
        ByteBuffer bytes = Elf.read(file, start + offset, Math.min(size - offset, LONGEST + 1L));
        int end = 0;
        while (end < bytes.capacity() && bytes.get(end) != 0) {
            end++;
        }
        budget -= end;
        if (end > LONGEST || budget < 0) {
            throw new IOException("is damaged");
        }
        return new String(bytes.array(), 0, end, StandardCharsets.UTF_8);
    }
}
