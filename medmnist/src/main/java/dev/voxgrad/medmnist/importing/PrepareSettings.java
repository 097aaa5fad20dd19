package dev.voxgrad.medmnist.importing;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.io.BadValueException;

/**
 * Says how a scan becomes a volume of a set. Recorded with the set and with the runs that are trained on it, so that
 * later scans are prepared in the same way.
 *
 * @param size lengths X, Y, Z of a volume
 * @param window how values become those of the set, as {@link WindowRule#parse} reads it
 * @param spacing distance between the new voxels in millimetres; null to fit the whole field of view
 * @param nanAs the value that NaN and infinite voxels get; null to refuse them
 * @param type of the volumes' voxels: uint8, int16 or float32
 * @param channels of a volume, 1 to 16
 */
public record PrepareSettings(
        List<Integer> size,
        String window,
        @Nullable Double spacing,
        @Nullable Double nanAs,
        StoredType type,
        int channels) {
    private static final int LONGEST_EDGE = 1024;

    /** Refuses what is out of bounds; an edited file may contain anything. */
    public PrepareSettings {
        BadValueException.requireAll("size", size, "three lengths");
        BadValueException.require(size.size() == 3, "size", size, "three lengths");
        size = List.copyOf(size);
        for (int length : size) {
            BadValueException.requireWithin("size", length, 1, LONGEST_EDGE);
        }
        BadValueException.requirePresent("window", window);
        BadValueException.requireUnderstood("window", window, WindowRule::parse);
        BadValueException.require(
                spacing == null || spacing > 0 && spacing <= Float.MAX_VALUE,
                "spacing",
                spacing,
                "a positive number of millimetres");
        BadValueException.require(
                nanAs == null || Math.abs(nanAs) <= Float.MAX_VALUE, "nan-as", nanAs, "a finite number");
        BadValueException.requirePresent("type", type);
        BadValueException.requireWithin("channels", channels, 1, ArrayScan.MOST_CHANNELS);
        BadValueException.require(
                (long) size.get(0) * size.get(1) * size.get(2) * channels * type.bytes() <= Integer.MAX_VALUE - 8,
                "size",
                size,
                "volumes of less than 2 GiB");
    }

    /**
     * Reads a size, {@code 28} or {@code 32x64x64}.
     *
     * @throws BadValueException if it is something else
     */
    public static List<Integer> parseSize(String text) {
        Optional<List<Integer>> lengths = VolumeShape.lengths(text);
        BadValueException.require(lengths.isPresent(), "size", text, "an edge such as 28, or lengths such as 32x64x64");
        return lengths.orElseThrow();
    }

    /** Returns the values of one volume: voxels times channels. */
    public int elements() {
        return size.get(0) * size.get(1) * size.get(2) * channels;
    }

    /** Returns the shape of an array of volumes: (N, X, Y, Z), or (N, X, Y, Z, C) with several channels. */
    int[] arrayShape(int count) {
        IntStream axes = IntStream.concat(IntStream.of(count), size.stream().mapToInt(Integer::intValue));
        return (channels > 1 ? IntStream.concat(axes, IntStream.of(channels)) : axes).toArray();
    }

    /** Returns the rule for the values. */
    public WindowRule windowRule() {
        return WindowRule.parse(window);
    }
}
