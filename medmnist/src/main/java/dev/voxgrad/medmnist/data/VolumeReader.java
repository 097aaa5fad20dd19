package dev.voxgrad.medmnist.data;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.npz.ElementOrder;
import dev.voxgrad.medmnist.data.npz.NpyStream;
import dev.voxgrad.medmnist.data.npz.NpyType;
import dev.voxgrad.medmnist.data.npz.NpzFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.FileStamp;
import dev.voxgrad.medmnist.io.ScratchFile;

/**
 * Reads the volumes of all splits from a file, of any numeric type. The file's numbers pass by in blocks, to memory or
 * to a temporary file, unless the file itself can be mapped; {@link VoxelEncoding} says how they are kept.
 */
final class VolumeReader {
    /** The name of volumes that belong to no split. */
    static final String ALL = "all";

    private static final double GIB = 1L << 30;

    private final NpzFile npz;
    private final FileStamp stamp;
    private final List<String> splits;
    private final long heap;
    private final List<ImageLayout> layouts = new ArrayList<>();
    /** The splits whose values are known to be finite numbers. */
    private final BitSet finite = new BitSet();

    /**
     * What is in a split.
     *
     * @param least the smallest value, and
     * @param greatest the largest one
     * @param isMask whether there is nothing but zeros and ones; if not, the other two may be of a part only
     */
    record Values(double least, double greatest, boolean isMask) {}

    private VolumeReader(NpzFile npz, FileStamp stamp, List<String> splits, long heap) {
        this.npz = npz;
        this.stamp = stamp;
        this.splits = splits;
        this.heap = heap;
    }

    /**
     * Reads the layout of the volumes, without their voxels.
     *
     * @param stamp the file, as it was when it was opened
     * @param splits names of the splits, whose arrays are NAME_images
     * @throws DataFileException if an array is missing, or has a shape that cannot be understood
     */
    static VolumeReader open(NpzFile npz, FileStamp stamp, List<String> splits) {
        return open(npz, stamp, splits, Runtime.getRuntime().maxMemory());
    }

    /** Does the same with a given limit on the heap's bytes, for tests. */
    static VolumeReader open(NpzFile npz, FileStamp stamp, List<String> splits, long heap) {
        VolumeReader reader = new VolumeReader(npz, stamp, splits, heap);
        for (String split : splits) {
            ImageLayout layout = npz.read(images(split), stream -> ImageLayout.of(stream.header(), stream.where()));
            reader.layouts.add(layout);
            if (!layout.shape().equals(reader.shape())) {
                throw new DataFileException(
                        reader.file(),
                        split + " has volumes of " + layout.shape() + " but " + splits.get(0) + " has " + reader.shape()
                                + "; expected the same shape in all splits");
            }
        }
        return reader;
    }

    /** Returns the name of the array with the volumes of a split: {@code test_images}, or {@code images} for all. */
    static String images(String split) {
        return split.equals(ALL) ? "images" : split + "_images";
    }

    /** Returns the name of the array with the labels of a split. */
    static String labels(String split) {
        return split.equals(ALL) ? "labels" : split + "_labels";
    }

    VolumeShape shape() {
        return layouts.getFirst().shape();
    }

    /** Returns the file's name for messages. */
    String file() {
        return stamp.file().toString();
    }

    String split(int number) {
        return splits.get(number);
    }

    /** Returns the number of splits. */
    int size() {
        return splits.size();
    }

    /** Returns the number of volumes in a split. */
    int count(int split) {
        return layouts.get(split).count();
    }

    NpyType.Kind kind(int split) {
        return layouts.get(split).header().type().kind();
    }

    /** Returns a sentence about the axis of the channels, if the user should know which one it is taken to be. */
    Optional<String> reading() {
        return layouts.stream().flatMap(layout -> layout.reading().stream()).findFirst();
    }

    /**
     * Looks at the values of a split.
     *
     * @param onlyWhetherMask whether it is enough to find out that: then the first other value ends it
     * @throws DataFileException if a value is NaN or infinite
     */
    Values values(int split, boolean onlyWhetherMask) {
        ImageLayout layout = layouts.get(split);
        return npz.read(name(split), stream -> {
            double[] block = new double[stream.blockSize()];
            double least = Double.POSITIVE_INFINITY;
            double greatest = Double.NEGATIVE_INFINITY;
            boolean isMask = true;
            long before = 0;
            for (int count = stream.next(block);
                    count > 0 && (isMask || !onlyWhetherMask);
                    count = stream.next(block)) {
                for (int i = 0; i < count; i++) {
                    double value = block[i];
                    if (!Double.isFinite(value)) {
                        throw notFinite(stream.where(), layout, before + i, value);
                    }
                    least = Math.min(least, value);
                    greatest = Math.max(greatest, value);
                    isMask &= value == 0 || value == 1;
                }
                before += count;
            }
            finite.set(split, finite.get(split) || before == stream.header().count());
            return new Values(least, greatest, isMask);
        });
    }

    /**
     * Reads the volumes of all splits.
     *
     * @param cache where they are to be kept
     * @param notes is given a line if they are kept in a file though {@code cache} leaves the choice, and one for each
     *     temporary file
     * @throws DataFileException if a value is NaN or infinite, the file is damaged, or there is no room
     */
    List<Voxels> read(Window window, VolumeCache cache, Consumer<String> notes) {
        long bytes = 0;
        for (int split = 0; split < size(); split++) {
            bytes += (long) count(split)
                    * shape().elements()
                    * encoding(split, window).bytes();
        }
        boolean inMemory = cache.isInMemory(bytes, heap);
        if (inMemory && bytes > heap) {
            throw tooLarge(bytes, null);
        }
        if (!inMemory && cache == VolumeCache.AUTO) {
            notes.accept(String.format(
                    Locale.ROOT,
                    "%s: volumes take %.1f GiB, more than a quarter of Java's heap, and are read from the file "
                            + "(--cache none)",
                    file(),
                    bytes / GIB));
        }
        try {
            List<Voxels> all = new ArrayList<>();
            for (int split = 0; split < size(); split++) {
                all.add(inMemory ? intoMemory(split, window) : fromFile(split, window, notes));
            }
            return all;
        } catch (OutOfMemoryError e) {
            throw tooLarge(bytes, e);
        }
    }

    private VoxelEncoding encoding(int split, Window window) {
        return isAsKept(split)
                ? VoxelEncoding.asInFile(layouts.get(split).header().type(), window)
                : VoxelEncoding.of(kind(split), window);
    }

    /** Returns whether the bytes of a split are in the file as they are kept. */
    private boolean isAsKept(int split) {
        return VoxelEncoding.keeps(kind(split)) && layouts.get(split).order().isSequential();
    }

    private Voxels intoMemory(int split, Window window) {
        Voxels.Builder builder = new Voxels.Builder(count(split), shape().elements(), encoding(split, window));
        unpack(split, window, builder::volume);
        return builder.build();
    }

    private Voxels fromFile(int split, Window window, Consumer<String> notes) {
        VoxelEncoding encoding = encoding(split, window);
        int elements = shape().elements();
        if (isAsKept(split)) {
            Optional<MemorySegment> mapped =
                    npz.map(name(split), layouts.get(split).header());
            if (mapped.isPresent()) {
                requireFinite(split);
                return Voxels.mapped(mapped.get(), count(split), elements, encoding, stamp);
            }
        }
        long each = (long) elements * encoding.bytes();
        MemorySegment unpacked = ScratchFile.allocate(count(split) * each, file() + " (" + name(split) + ")", notes);
        unpack(split, window, volume -> unpacked.asSlice(volume * each, each));
        return Voxels.mapped(unpacked, count(split), elements, encoding, null);
    }

    private String name(int split) {
        return images(splits.get(split));
    }

    /** Writes the volumes of a split to memory. */
    private void unpack(int split, Window window, IntFunction<MemorySegment> volumes) {
        if (isAsKept(split)) {
            requireFinite(split);
        }
        npz.read(name(split), stream -> {
            if (isAsKept(split)) {
                copy(stream, layouts.get(split), volumes);
            } else {
                convert(stream, layouts.get(split), encoding(split, window), window, volumes);
            }
            return split;
        });
    }

    private void requireFinite(int split) {
        if (!kind(split).isInteger() && !finite.get(split)) {
            values(split, false);
        }
    }

    /** Copies volumes that come in the order and as the bytes in which they are kept. */
    private static void copy(NpyStream stream, ImageLayout layout, IntFunction<MemorySegment> volumes)
            throws IOException {
        int elements = layout.shape().elements();
        int each = layout.header().type().kind().bytes();
        byte[] block = new byte[stream.blockSize() * each];
        for (int volume = 0; volume < layout.count(); volume++) {
            int count;
            for (int done = 0; done < elements; done += count) {
                count = Math.min(stream.blockSize(), elements - done);
                stream.read(block, 0, count); // before memory is allocated, which the file may not fill
                MemorySegment to = volumes.apply(volume);
                MemorySegment.copy(block, 0, to, ValueLayout.JAVA_BYTE, (long) done * each, count * each);
            }
        }
    }

    /** Stores volumes of any type that come in any order. */
    private static void convert(
            NpyStream stream,
            ImageLayout layout,
            VoxelEncoding encoding,
            Window window,
            IntFunction<MemorySegment> volumes)
            throws IOException {
        int elements = layout.shape().elements();
        ElementOrder order = layout.order();
        double[] block = new double[stream.blockSize()];
        MemorySegment to = MemorySegment.NULL;
        long first = -elements;
        long before = 0;
        for (int count = stream.next(block); count > 0; count = stream.next(block)) {
            for (int i = 0; i < count; i++) {
                if (!Double.isFinite(block[i])) {
                    throw notFinite(stream.where(), layout, before + i, block[i]);
                }
                long place = order.next();
                if (place < first || place >= first + elements) {
                    int volume = (int) (place / elements);
                    to = volumes.apply(volume);
                    first = (long) volume * elements;
                }
                encoding.encode(block[i], window, to, (int) (place - first));
            }
            before += count;
        }
    }

    private static DataFileException notFinite(String where, ImageLayout layout, long element, double value) {
        return new DataFileException(
                where,
                layout.words(layout.place(element)) + " is "
                        + (Double.isNaN(value) ? "NaN" : "infinite")
                        + "; expected finite numbers. Replace such values, for "
                        + "example a[~numpy.isfinite(a)] = a[numpy.isfinite(a)].min(), or leave the volume out");
    }

    private DataFileException tooLarge(long bytes, @Nullable OutOfMemoryError cause) {
        return new DataFileException(
                file(),
                String.format(
                        Locale.ROOT,
                        "holds volumes of %d bytes, which take %.1f GiB of heap; Java may use %.1f GiB here, for "
                                + "everything. Leave them in the file with --cache none, give Java more with "
                                + "VOXGRAD_OPTS=-Xmx%dg, or take fewer or smaller volumes",
                        bytes,
                        bytes / GIB,
                        heap / GIB,
                        (long) Math.ceil(1.25 * bytes / GIB) + 2),
                cause);
    }
}
