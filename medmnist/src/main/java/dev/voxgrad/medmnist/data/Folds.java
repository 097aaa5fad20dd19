package dev.voxgrad.medmnist.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.io.DataException;

/**
 * The train and val volumes of a data set together, cut into folds; test is left as it is.
 *
 * <p>The seed puts all volumes into a random order. In this order those of one class are dealt to the folds in turn,
 * then those of the next class from where the former has ended, and so on. So every volume is in one fold, and the
 * folds' sizes, and their volumes of each class, differ by one at most. Of a multi-label set, each combination of
 * labels is dealt as a class.
 *
 * <p>Volumes are numbered from 0 as in the files: first those of train, then those of val.
 */
public final class Folds {
    private final VolumeData data;
    private final int count;
    private final int[] foldOf;

    private Folds(VolumeData data, int count, int[] foldOf) {
        this.data = data;
        this.count = count;
        this.foldOf = foldOf;
    }

    /**
     * Cuts the volumes.
     *
     * @param count at least 2
     * @throws DataException if a class is too rare to be in every fold
     */
    public static Folds of(VolumeData data, int count, long seed) {
        if (count < 2) {
            throw new IllegalArgumentException("folds is " + count + "; expected at least 2");
        }
        int volumes = data.train().size() + data.val().size();
        int[] foldOf = deal(volumes, count, stream(seed), volume -> labels(data, volume));
        Folds folds = new Folds(data, count, foldOf);
        for (int label = 0; label < data.classes(); label++) {
            folds.requireEverywhere(label, true);
            if (data.task() == Task.MULTI_LABEL) {
                folds.requireEverywhere(label, false);
            }
        }
        return folds;
    }

    /** Returns the random numbers that put the volumes into their order. */
    public static RandomStream stream(long seed) {
        return new RandomStream(seed, 0, 0, RandomPurpose.FOLDS);
    }

    /**
     * Returns the number of the fold of each volume, (N).
     *
     * @param random puts the volumes into their order
     * @param labels of a volume: its class, or all its labels
     */
    public static int[] deal(int volumes, int count, RandomStream random, IntFunction<int[]> labels) {
        Map<List<Integer>, List<Integer>> classes = new LinkedHashMap<>();
        for (int volume : random.permutation(volumes)) {
            List<Integer> key = Arrays.stream(labels.apply(volume)).boxed().toList();
            classes.computeIfAbsent(key, _ -> new ArrayList<>()).add(volume);
        }
        int[] foldOf = new int[volumes];
        int next = 0;
        for (List<Integer> members : classes.values()) {
            for (int volume : members) {
                foldOf[volume] = next;
                next = (next + 1) % count;
            }
        }
        return foldOf;
    }

    /** Returns the class of a volume, or all its labels in a multi-label set. */
    private static int[] labels(VolumeData data, int volume) {
        int inTrain = data.train().size();
        return volume < inTrain ? data.train().labelsOf(volume) : data.val().labelsOf(volume - inTrain);
    }

    private static boolean has(int[] labels, int label, Task task) {
        return task == Task.MULTI_LABEL ? labels[label] == 1 : labels[0] == label;
    }

    /** Requires an AUC: a fold without volumes of a class, or with only those, has none. */
    private void requireEverywhere(int label, boolean present) {
        int[] inFold = new int[count];
        for (int volume = 0; volume < foldOf.length; volume++) {
            if (has(labels(data, volume), label, data.task()) == present) {
                inFold[foldOf[volume]]++;
            }
        }
        int all = Arrays.stream(inFold).sum();
        if (Arrays.stream(inFold).min().orElseThrow() == 0) {
            throw new DataException(data.name() + ": cannot be cut into " + count + " folds: each needs a volume "
                    + (present ? "with" : "without") + " the label '"
                    + data.labelNames().get(label) + "', and train "
                    + "and val have " + all + " of them; "
                    + (all < 2 || count == 2
                            ? "do without --folds"
                            : "expected at most " + Math.min(all, count - 1) + " --folds"));
        }
    }

    /** Returns the number of folds. */
    public int count() {
        return count;
    }

    /** Returns the numbers of the volumes in a fold, in order. */
    public int[] in(int fold) {
        return IntStream.range(0, foldOf.length)
                .filter(volume -> foldOf[volume] == fold)
                .toArray();
    }

    /** Returns the numbers of the volumes in all other folds, in order. */
    public int[] outside(int fold) {
        return IntStream.range(0, foldOf.length)
                .filter(volume -> foldOf[volume] != fold)
                .toArray();
    }

    /** Returns the data set with that fold as its val split, the others as its train split, and its own test. */
    public VolumeData around(int fold) {
        List<Split> both = List.of(data.train(), data.val());
        return data.withTrainAndVal(
                Split.select("train and val without fold " + fold, both, outside(fold)),
                Split.select("fold " + fold + " of train and val", both, in(fold)));
    }
}
