package dev.voxgrad.medmnist.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.npz.ElementOrder;
import dev.voxgrad.medmnist.data.npz.NpyStream;
import dev.voxgrad.medmnist.data.npz.NpyType;
import dev.voxgrad.medmnist.data.npz.NpzFile;
import dev.voxgrad.medmnist.io.DataFileException;

/**
 * Reads the volumes of all splits from a file, of any numeric type, as the 256 grey values that a {@link Window} makes
 * of them. The file's numbers pass by in blocks, so that only the grey values take memory.
 */
final class VolumeReader {
    private static final double GIB = 1L << 30;

    private final NpzFile npz;
    private final String file;
    private final List<String> splits;
    private final long heap;
    private final List<ImageLayout> layouts = new ArrayList<>();

    /**
     * What is in a split.
     *
     * @param least the smallest value, and
     * @param greatest the largest one
     * @param isMask whether there is nothing but zeros and ones; if not, the other two may be of a part only
     */
    record Values(double least, double greatest, boolean isMask) {}

    private VolumeReader(NpzFile npz, String file, List<String> splits, long heap) {
        this.npz = npz;
        this.file = file;
        this.splits = splits;
        this.heap = heap;
    }

    /**
     * Reads the layout of the volumes, without their voxels.
     *
     * @param file its name for messages
     * @param splits names of the splits, whose arrays are NAME_images
     * @throws DataFileException if an array is missing, has a shape that cannot be understood, or is too large
     */
    static VolumeReader open(NpzFile npz, String file, List<String> splits) {
        return open(npz, file, splits, Runtime.getRuntime().maxMemory());
    }

    /** Does the same with a given limit on the heap's bytes, for tests. */
    static VolumeReader open(NpzFile npz, String file, List<String> splits, long heap) {
        VolumeReader reader = new VolumeReader(npz, file, splits, heap);
        long voxels = 0;
        for (String split : splits) {
            ImageLayout layout = npz.read(split + "_images", stream -> ImageLayout.of(stream.header(), stream.where()));
            reader.layouts.add(layout);
            if (!layout.shape().equals(reader.shape())) {
                throw new DataFileException(
                        file,
                        split + " has volumes of " + layout.shape() + " but " + splits.get(0) + " has " + reader.shape()
                                + "; expected the same shape in all splits");
            }
            voxels += (long) layout.count() * layout.shape().elements();
        }
        if (voxels > heap) {
            throw reader.tooLarge(null);
        }
        return reader;
    }

    VolumeShape shape() {
        return layouts.getFirst().shape();
    }

    String file() {
        return file;
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
        return npz.read(splits.get(split) + "_images", stream -> {
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
            return new Values(least, greatest, isMask);
        });
    }

    /**
     * Reads the volumes of a split.
     *
     * @throws DataFileException if a value is NaN or infinite, or the file is damaged
     */
    Voxels read(int split, Window window) {
        ImageLayout layout = layouts.get(split);
        try {
            return npz.read(splits.get(split) + "_images", stream -> {
                boolean bytes = kind(split) == NpyType.Kind.U1 || kind(split) == NpyType.Kind.B1;
                return bytes && layout.order().isSequential()
                        ? readBytes(stream, layout, window)
                        : readAny(stream, layout, window);
            });
        } catch (OutOfMemoryError e) {
            throw tooLarge(e);
        }
    }

    /** Reads volumes that come byte by byte in the order in which they are kept. */
    private static Voxels readBytes(NpyStream stream, ImageLayout layout, Window window) throws IOException {
        boolean bool = stream.header().type().kind() == NpyType.Kind.B1;
        byte[] greys = window.ofBytes();
        if (bool) {
            Arrays.fill(greys, 2, greys.length, greys[1]); // everything but zero is true
        }
        boolean asTheyAre = !bool && window.equals(Window.BYTES);
        int elements = layout.shape().elements();
        Voxels.Builder builder = new Voxels.Builder(layout.count(), elements);
        for (int volume = 0; volume < layout.count(); volume++) {
            byte[] array = builder.array(volume);
            int start = builder.start(volume);
            stream.read(array, start, elements);
            for (int at = start; !asTheyAre && at < start + elements; at++) {
                array[at] = greys[array[at] & 0xFF];
            }
        }
        return builder.build();
    }

    /** Reads volumes of any type in any order. */
    private static Voxels readAny(NpyStream stream, ImageLayout layout, Window window) throws IOException {
        int elements = layout.shape().elements();
        Voxels.Builder builder = new Voxels.Builder(layout.count(), elements);
        ElementOrder order = layout.order();
        double[] block = new double[stream.blockSize()];
        byte[] array = builder.array(0);
        int start = 0;
        long first = 0;
        long before = 0;
        for (int count = stream.next(block); count > 0; count = stream.next(block)) {
            for (int i = 0; i < count; i++) {
                if (!Double.isFinite(block[i])) {
                    throw notFinite(stream.where(), layout, before + i, block[i]);
                }
                long place = order.next();
                if (place < first || place >= first + elements) {
                    int volume = (int) (place / elements);
                    array = builder.array(volume);
                    start = builder.start(volume);
                    first = (long) volume * elements;
                }
                array[start + (int) (place - first)] = window.grey(block[i]);
            }
            before += count;
        }
        return builder.build();
    }

    private static DataFileException notFinite(String where, ImageLayout layout, long element, double value) {
        return new DataFileException(
                where,
                layout.words(layout.place(element)) + " is "
                        + (Double.isNaN(value) ? "NaN" : "infinite")
                        + "; expected finite numbers. Replace such values, for "
                        + "example a[~numpy.isfinite(a)] = a[numpy.isfinite(a)].min(), or leave the volume out");
    }

    private DataFileException tooLarge(@Nullable OutOfMemoryError cause) {
        long bytes = layouts.stream()
                .mapToLong(layout -> (long) layout.count() * layout.shape().elements())
                .sum();
        return new DataFileException(
                file,
                String.format(
                        Locale.ROOT,
                        "holds %d voxels of one byte each, which take "
                                + "%.1f GiB of heap; Java may use %.1f GiB here, for everything. Give it more with "
                                + "VOXGRAD_OPTS=-Xmx%dg, or take fewer or smaller volumes",
                        bytes,
                        bytes / GIB,
                        heap / GIB,
                        (long) Math.ceil(1.25 * bytes / GIB) + 2),
                cause);
    }
}
