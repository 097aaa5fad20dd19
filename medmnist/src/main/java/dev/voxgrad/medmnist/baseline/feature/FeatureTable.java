package dev.voxgrad.medmnist.baseline.feature;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.Tasks;

/** Contains the features of all volumes of a split, one row for each volume, in the order of the file. */
public final class FeatureTable {
    private static final int MIB = 20;

    private final List<String> names;
    private final double[][] rows;

    private FeatureTable(List<String> names, double[][] rows) {
        this.names = names;
        this.rows = rows;
    }

    /** Computes the features on all cores; otherwise as with a number of threads. */
    public static FeatureTable of(FeatureSet set, Split split, IntConsumer progress) {
        return of(set, split, Runtime.getRuntime().availableProcessors(), progress);
    }

    /**
     * Computes the features of volumes with values from 0 to 1, neither augmented nor z-normalised. The result does not
     * depend on the number of threads.
     *
     * @param progress receives the number of volumes that are done; called by several threads
     * @throws DataException if the table would take more than half of Java's heap
     */
    public static FeatureTable of(FeatureSet set, Split split, int threads, IntConsumer progress) {
        VolumeShape shape = split.shape();
        requireMemory(set, split);
        double[][] rows = new double[split.size()][];
        AtomicInteger done = new AtomicInteger();
        Tasks.run(split.size(), threads, i -> {
            rows[i] = set.of(split.values(i), shape);
            progress.accept(done.incrementAndGet());
        });
        return new FeatureTable(List.copyOf(set.names(shape)), rows);
    }

    private static void requireMemory(FeatureSet set, Split split) {
        long bytes = set.count(split.shape()) * split.size() * Double.BYTES;
        long most = Runtime.getRuntime().maxMemory() / 2;
        if (bytes > most) {
            throw new DataException("features " + set.flag() + ": those of " + split.name() + " take " + (bytes >> MIB)
                    + " MiB; expected at most half of Java's heap, " + (most >> MIB)
                    + " MiB. Choose fewer features, such as grid14, or set a larger heap: VOXGRAD_OPTS=-Xmx"
                    + ((3 * bytes >> MIB) + 1) + "m");
        }
    }

    /** Returns the name of each feature, (F). */
    public List<String> names() {
        return names;
    }

    /** Returns the features, (N, F); not a copy. */
    public double[][] rows() {
        return rows;
    }

    /** Returns the number of volumes, N. */
    public int size() {
        return rows.length;
    }
}
