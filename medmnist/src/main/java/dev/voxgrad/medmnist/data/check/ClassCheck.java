package dev.voxgrad.medmnist.data.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import dev.voxgrad.medmnist.data.Labels;
import dev.voxgrad.medmnist.data.Task;

/** Looks for classes that are missing in a split, or rare. */
final class ClassCheck {
    /** From this ratio of the largest to the smallest class on, weights are worth a try. */
    private static final double UNBALANCED = 10;
    /** Fewer volumes of a class make its figures mere chance. */
    private static final int FEW = 10;

    private ClassCheck() {}

    /**
     * Returns the number of volumes of each class, or with each label, for each split.
     *
     * @return (splits, K)
     */
    static List<int[]> counts(Labels labels) {
        return labels.rows().stream()
                .map(rows -> IntStream.range(0, labels.names().size())
                        .map(k -> (int) Arrays.stream(rows)
                                .filter(row -> labels.task() == Task.MULTI_LABEL ? row[k] == 1 : row[0] == k)
                                .count())
                        .toArray())
                .toList();
    }

    static List<Finding> of(List<String> splits, Labels labels) {
        List<Finding> findings = new ArrayList<>();
        List<int[]> counts = counts(labels);
        for (int s = 0; s < splits.size(); s++) {
            int size = labels.rows().get(s).length;
            for (int k = 0; k < labels.names().size(); k++) {
                int count = counts.get(s)[k];
                String name = k + " (" + labels.names().get(k) + ")";
                if (count == 0 || labels.task() == Task.MULTI_LABEL && count == size) {
                    findings.add(missing(splits.get(s), name, count == 0));
                } else if (count < FEW && !splits.get(s).equals("train")) {
                    findings.add(Finding.warning(
                            "few",
                            splits.get(s) + ": class " + name + " has " + count + " of " + size + " volumes",
                            "Expect wide intervals; --folds K validates on all volumes of train and val"));
                }
            }
            if (splits.get(s).equals("train")) {
                findings.addAll(balance(labels, counts.get(s)));
            }
        }
        return findings;
    }

    private static Finding missing(String split, String name, boolean without) {
        String message = split + ": " + (without ? "no volume has" : "every volume has") + " class " + name;
        return switch (split) {
            case "train" ->
                Finding.error("class", message, "A net cannot learn it: add such volumes, or renumber the classes");
            case "val" ->
                Finding.error(
                        "class",
                        message,
                        "The best model is chosen by the validation AUC, which is not defined then: move some volumes "
                                + "to val, or pass --folds K");
            default ->
                Finding.warning(
                        "class", message, "AUC is not defined then, as in MedMNIST's evaluator; other figures are");
        };
    }

    private static List<Finding> balance(Labels labels, int[] counts) {
        int most = IntStream.of(counts).max().orElseThrow();
        int least = IntStream.of(counts).min().orElseThrow();
        if (labels.task() == Task.MULTI_LABEL || least == 0 || most < UNBALANCED * least) {
            return List.of();
        }
        return List.of(Finding.warning(
                "balance",
                "train: the largest class has " + most + " volumes and the smallest " + least,
                "Consider --class-weights balanced, and judge by AUC and balanced accuracy rather than by accuracy"));
    }
}
