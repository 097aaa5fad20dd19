package dev.voxgrad.medmnist.data;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.npz.NpyType;
import dev.voxgrad.medmnist.io.FileStamp;

/**
 * Holds the volumes of a split, in the heap or in a mapped file. A selection of volumes shares them; nothing is copied.
 */
final class Voxels {
    /** Bytes of an array at most, as long as one volume is not larger: a garbage collector finds room for these. */
    private static final int LARGEST_ARRAY = 1 << 28;

    private final StoredVolume[] volumes;

    private Voxels(StoredVolume[] volumes) {
        this.volumes = volumes;
    }

    /** Takes all volumes of uint8 from one array, (N, X, Y, Z, C), which is not copied. */
    static Voxels of(byte[] all, int elements) {
        return mapped(
                MemorySegment.ofArray(all),
                all.length / elements,
                elements,
                VoxelEncoding.asInFile(NpyType.UINT8, Window.BYTES),
                null);
    }

    /**
     * Takes all volumes from one piece of memory, (N, X, Y, Z, C), which is not copied.
     *
     * @param file the file that it is mapped from; null if nothing else can change it
     */
    static Voxels mapped(MemorySegment all, int count, int elements, VoxelEncoding encoding, @Nullable FileStamp file) {
        long bytes = (long) elements * encoding.bytes();
        return new Voxels(IntStream.range(0, count)
                .mapToObj(i -> new StoredVolume(all.asSlice(i * bytes, bytes), encoding, elements, file))
                .toArray(StoredVolume[]::new));
    }

    /**
     * Collects volumes in the heap as they are read. An array is allocated once the first of its volumes has arrived,
     * so that a file which only claims to hold many volumes does not take memory for them.
     */
    static final class Builder {
        private final MemorySegment[] segments;
        private final int elements;
        private final VoxelEncoding encoding;
        private final int bytes;
        private final int perArray;

        Builder(int count, int elements, VoxelEncoding encoding) {
            this(count, elements, encoding, LARGEST_ARRAY);
        }

        /** Creates a builder with a limit on the arrays' bytes, for tests. */
        Builder(int count, int elements, VoxelEncoding encoding, int largestArray) {
            this.segments = new MemorySegment[count];
            this.elements = elements;
            this.encoding = encoding;
            this.bytes = Math.multiplyExact(elements, encoding.bytes());
            this.perArray = Math.max(1, largestArray / bytes);
        }

        /** Returns the memory to write volume {@code index} to. */
        MemorySegment volume(int index) {
            if (segments[index] == null) {
                int first = index / perArray * perArray;
                int end = Math.min(first + perArray, segments.length);
                MemorySegment array = MemorySegment.ofArray(new byte[(end - first) * bytes]);
                for (int i = first; i < end; i++) {
                    segments[i] = array.asSlice((long) (i - first) * bytes, bytes);
                }
            }
            return segments[index];
        }

        Voxels build() {
            return new Voxels(Stream.of(segments)
                    .map(segment -> new StoredVolume(segment, encoding, elements, null))
                    .toArray(StoredVolume[]::new));
        }
    }

    /** Returns the number of volumes. */
    int count() {
        return volumes.length;
    }

    /** Returns a volume. */
    StoredVolume volume(int index) {
        return volumes[index];
    }

    /** Returns the first {@code newCount} volumes, which are shared with this. */
    Voxels first(int newCount) {
        return new Voxels(Arrays.copyOf(volumes, newCount));
    }

    /** Returns some volumes of several splits, numbered one split after the other; they are shared with these. */
    static Voxels select(List<Voxels> parts, int[] numbers) {
        StoredVolume[] all =
                parts.stream().flatMap(part -> Stream.of(part.volumes)).toArray(StoredVolume[]::new);
        return new Voxels(Arrays.stream(numbers).mapToObj(number -> all[number]).toArray(StoredVolume[]::new));
    }
}
