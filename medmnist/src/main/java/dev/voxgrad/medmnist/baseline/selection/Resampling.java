package dev.voxgrad.medmnist.baseline.selection;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import dev.voxgrad.medmnist.baseline.model.Targets;
import dev.voxgrad.medmnist.data.Folds;
import dev.voxgrad.medmnist.io.DataException;

/**
 * Cuts the volumes of train into some that a model is fitted to and others that it predicts, once or several times.
 * Volumes of each class are shared out evenly.
 *
 * @param parts the cuts; no volume is predicted twice
 */
public record Resampling(List<Part> parts) {
    /**
     * Represents one cut.
     *
     * @param fitted numbers of the volumes to fit to, ascending
     * @param predicted numbers of the others, ascending
     */
    public record Part(int[] fitted, int[] predicted) {}

    /** Number of parts of which one is predicted in a holdout: 33 % in thirds. */
    private static final int THIRDS = 3;

    public Resampling {
        parts = List.copyOf(parts);
    }

    /**
     * Cuts the volumes into folds; each is predicted by models that are fitted to the others.
     *
     * @throws DataException if there are fewer volumes than folds
     */
    public static Resampling folds(Targets targets, int count, long seed) {
        int[] foldOf = deal(targets, count, seed);
        return new Resampling(
                IntStream.range(0, count).mapToObj(fold -> part(foldOf, fold)).toList());
    }

    /** Cuts the volumes once: two thirds to fit to and one third to predict, as auto-sklearn 0.10.0 does by default. */
    public static Resampling holdout(Targets targets, long seed) {
        return new Resampling(List.of(part(deal(targets, THIRDS, seed), 0)));
    }

    private static int[] deal(Targets targets, int count, long seed) {
        if (targets.size() < count) {
            throw new DataException("train has " + targets.size() + " volumes, which cannot be cut into " + count
                    + " parts; expected at least one volume for each");
        }
        int[][] rows = targets.rows();
        return Folds.deal(targets.size(), count, Folds.stream(seed), i -> rows[i]);
    }

    private static Part part(int[] foldOf, int fold) {
        return new Part(
                IntStream.range(0, foldOf.length).filter(i -> foldOf[i] != fold).toArray(),
                IntStream.range(0, foldOf.length).filter(i -> foldOf[i] == fold).toArray());
    }

    /** Returns the numbers of all volumes that are predicted, ascending. */
    public int[] predicted() {
        return parts.stream()
                .flatMapToInt(part -> Arrays.stream(part.predicted()))
                .sorted()
                .toArray();
    }
}
