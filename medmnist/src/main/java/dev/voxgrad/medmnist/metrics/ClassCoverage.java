package dev.voxgrad.medmnist.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;

/**
 * Counts which classes, or labels of a multi-label task, occur in a split. Without volumes, a class has no AUC, and
 * MedMNIST's mean over all classes is undefined, too.
 *
 * @param data the split's data set
 * @param split the split
 * @param counts number of volumes with each class or label, (K)
 */
public record ClassCoverage(VolumeData data, Split split, int[] counts) {
    /** The most classes that a message names; it counts the others. */
    private static final int MOST_NAMED = 5;

    /** Counts the volumes of each class. */
    public static ClassCoverage of(VolumeData data, Split split) {
        int[] counts = new int[data.classes()];
        for (int i = 0; i < split.size(); i++) {
            if (split.isMultiLabel()) {
                for (int l = 0; l < counts.length; l++) {
                    counts[l] += split.multiLabels()[i][l];
                }
            } else {
                counts[split.labels()[i]]++;
            }
        }
        return new ClassCoverage(data, split, counts);
    }

    /**
     * Returns a line for each split that lacks a class, with the consequence.
     *
     * @param validation whether train and val are used as they are, and not cut into folds
     */
    public static List<String> warnings(VolumeData data, boolean validation) {
        List<String> warnings = new ArrayList<>();
        if (validation) {
            of(data, data.train())
                    .missing()
                    .ifPresent(missing -> warnings.add(data.name() + ": " + missing + ", so nets cannot learn it"));
        }
        if (data.has("test")) {
            of(data, data.test())
                    .missing()
                    .ifPresent(missing -> warnings.add(data.name() + ": " + missing
                            + ", so its test AUC will be undefined, as it is in MedMNIST's evaluator; accuracy"
                            + (data.test().isMultiLabel() ? "" : ", confusion matrix")
                            + " and the figures of each class will be given"));
        }
        return warnings;
    }

    /**
     * Checks that the best model can be chosen on a split, which requires an AUC.
     *
     * @throws UndefinedMetricException if it cannot; the message says what to do
     */
    public static void requireForChoice(VolumeData data, Split split) {
        ClassCoverage coverage = of(data, split);
        Optional<String> missing = coverage.missing();
        if (missing.isEmpty()) {
            return;
        }
        int one = IntStream.range(0, data.classes())
                .filter(index -> coverage.counts[index] == 0)
                .findFirst()
                .orElseGet(() -> coverage.where(coverage::isUndefined)[0]);
        boolean nowhere = data.splits().stream().allMatch(any -> of(data, any).counts[one] == 0);
        throw new UndefinedMetricException(data.name() + " " + split.name() + ": AUC is not defined: class " + one
                + " (" + data.labelNames().get(one) + ") has " + coverage.counts[one] + " of " + split.size()
                + " samples, and the best model is chosen by the AUC. "
                + (nowhere
                        ? "No volume of any split has this class: renumber the labels without gaps from 0, and name "
                                + "only classes that occur"
                        : "Use a split in which every class occurs: move some volumes to " + split.name()
                                + ", or pass --folds K, which splits train and val again, class by class"));
    }

    /** Returns whether the AUC of one class against the rest is undefined. */
    boolean isUndefined(int index) {
        return counts[index] == 0 || counts[index] == split.size();
    }

    /** Returns what the split lacks, as a clause that starts with the split's name; empty if its AUC is defined. */
    Optional<String> missing() {
        if (IntStream.range(0, counts.length).noneMatch(this::isUndefined)) {
            return Optional.empty();
        }
        int[] only = where(index -> counts[index] == split.size());
        int[] none = where(index -> counts[index] == 0);
        if (!split.isMultiLabel()) {
            return Optional.of(split.name()
                    + (only.length > 0
                            ? " has volumes of " + names("class", "classes", only) + " only"
                            : " has no volume of " + names("class", "classes", none)));
        }
        String each = only.length == 0 ? "" : " has only volumes with " + names("label", "labels", only);
        return Optional.of(split.name()
                + each
                + (none.length == 0
                        ? ""
                        : (each.isEmpty() ? "" : " and") + " has no volume with " + names("label", "labels", none)));
    }

    private int[] where(IntPredicate condition) {
        return IntStream.range(0, counts.length).filter(condition).toArray();
    }

    private String names(String one, String several, int[] indices) {
        String named = Arrays.stream(indices)
                .limit(MOST_NAMED)
                .mapToObj(index -> index + " (" + data.labelNames().get(index) + ")")
                .collect(Collectors.joining(", "));
        return (indices.length == 1 ? one : several) + " " + named
                + (indices.length > MOST_NAMED ? " and " + (indices.length - MOST_NAMED) + " more" : "");
    }
}
