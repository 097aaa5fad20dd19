package dev.voxgrad.medmnist.data;

import java.lang.foreign.MemorySegment;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.io.FileStamp;

/**
 * Holds the values of one volume, channels-last (X, Y, Z, C), in the heap or in a mapped file. Several threads may read
 * it at the same time.
 */
final class StoredVolume {
    /** Values that are compared at a time, to find out whether a volume is blank. */
    private static final int BLOCK = 4096;

    private final MemorySegment bytes;
    private final VoxelEncoding encoding;
    private final int elements;
    /** The file that is mapped, as it was; null if nothing else can change the bytes. */
    private final @Nullable FileStamp file;
    /** Whether all values are equal; null until it is first needed. */
    private volatile @Nullable Boolean blank;

    /**
     * Takes the bytes of a volume, which are not copied.
     *
     * @param elements number of values, all channels counted
     * @param file the file that the bytes are mapped from, as it was when it was checked; null for other memory
     */
    StoredVolume(MemorySegment bytes, VoxelEncoding encoding, int elements, @Nullable FileStamp file) {
        this.bytes = bytes;
        this.encoding = encoding;
        this.elements = elements;
        this.file = file;
    }

    /** Returns the number of values, all channels counted. */
    int elements() {
        return elements;
    }

    /**
     * Writes the values, from 0 to 1, to {@code out[to …]}.
     *
     * @throws dev.voxgrad.medmnist.io.DataFileException if the file has changed since it was checked
     */
    void read(float[] out, int to) {
        read(0, elements, out, to);
    }

    /** Writes {@code count} values from value {@code first} in the same way. */
    void read(int first, int count, float[] out, int to) {
        decode(first, count, out, to);
        requireUnchanged();
    }

    private void decode(int first, int count, float[] out, int to) {
        try {
            encoding.decode(bytes, first, count, out, to);
        } catch (InternalError e) { // the JVM's answer to a mapped page that the file no longer has
            if (file != null) {
                throw file.changed(e);
            }
            throw e;
        }
    }

    private void requireUnchanged() {
        if (file != null) {
            file.requireUnchanged();
        }
    }

    /** Returns whether all values are equal. */
    boolean isBlank() {
        Boolean known = blank;
        if (known == null) {
            known = isUniform();
            requireUnchanged();
            blank = known;
        }
        return known;
    }

    private boolean isUniform() {
        float[] block = new float[Math.min(BLOCK, elements)];
        decode(0, 1, block, 0);
        float first = block[0];
        for (int from = 0; from < elements; from += BLOCK) {
            int count = Math.min(BLOCK, elements - from);
            decode(from, count, block, 0);
            for (int i = 0; i < count; i++) {
                if (block[i] != first) {
                    return false;
                }
            }
        }
        return true;
    }
}
