package dev.voxgrad.medmnist.data.check;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;

import dev.voxgrad.medmnist.data.ImageLayout;
import dev.voxgrad.medmnist.data.npz.ElementOrder;
import dev.voxgrad.medmnist.data.npz.NpzFile;
import dev.voxgrad.medmnist.io.DataFileException;

/**
 * Holds what one pass over the volumes of a split has found.
 *
 * @param name train, val or test
 * @param layout of the array
 * @param volumes one for each volume
 */
record SplitScan(String name, ImageLayout layout, List<VolumeStatistics> volumes) {
    /** Fewer voxels are no volume, and a small file might have millions of them. */
    private static final int LEAST_VOXELS = 8;

    /**
     * Reads all volumes of a split.
     *
     * @param progress receives the part that is done, now and then
     * @throws DataFileException if the array cannot be read, or its volumes have hardly any voxels
     */
    static SplitScan of(NpzFile npz, String name, Consumer<String> progress) {
        return npz.read(name + "_images", stream -> {
            ImageLayout layout = ImageLayout.of(stream.header(), stream.where());
            if (layout.shape().voxels() < LEAST_VOXELS) {
                throw new DataFileException(
                        stream.where(),
                        "has " + layout.count() + " volumes of "
                                + layout.shape().size() + "; expected at least " + LEAST_VOXELS
                                + " voxels in each. Save one volume after the other: np.stack(volumes)");
            }
            List<VolumeStatistics> volumes = new ArrayList<>();
            int elements = layout.shape().elements();
            ElementOrder order = layout.order();
            double[] block = new double[stream.blockSize()];
            long done = 0;
            for (int count = stream.next(block); count > 0; count = stream.next(block)) {
                for (int i = 0; i < count; i++) {
                    long place = order.next();
                    int volume = (int) (place / elements);
                    while (volumes.size() <= volume) {
                        volumes.add(new VolumeStatistics());
                    }
                    volumes.get(volume).add(block[i], place % elements);
                }
                done += count;
                progress.accept(
                        name + ": " + Math.round(100.0 * done / stream.header().count()) + " % checked");
            }
            return new SplitScan(name, layout, List.copyOf(volumes));
        });
    }

    int size() {
        return volumes.size();
    }

    double least() {
        return volumes.stream().mapToDouble(VolumeStatistics::least).min().orElseThrow();
    }

    double greatest() {
        return volumes.stream().mapToDouble(VolumeStatistics::greatest).max().orElseThrow();
    }

    /** Returns the median over the volumes of the difference between the largest and smallest value. */
    double medianRange() {
        double[] ranges = volumes.stream()
                .mapToDouble(VolumeStatistics::range)
                .filter(Double::isFinite)
                .sorted()
                .toArray();
        return ranges.length == 0 ? 0 : ranges[ranges.length / 2];
    }

    /** Returns the numbers of the volumes for which something is true. */
    int[] where(Predicate<VolumeStatistics> condition) {
        return IntStream.range(0, size())
                .filter(i -> condition.test(volumes.get(i)))
                .toArray();
    }

    /** Returns the first of some volumes in words: {@code 3 (…), 7 (…) and 2 more}. */
    static String list(int[] numbers, IntFunction<String> each) {
        Examples examples = new Examples();
        for (int number : numbers) {
            examples.add(() -> each.apply(number));
        }
        return examples.toString();
    }
}
