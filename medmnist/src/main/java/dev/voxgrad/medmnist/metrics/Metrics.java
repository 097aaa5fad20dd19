package dev.voxgrad.medmnist.metrics;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;

import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.io.BadValueException;

/**
 * Computes the two figures that MedMNIST reports, in the way its evaluator does.
 *
 * <table>
 * <caption>Rules</caption>
 * <tr><th>task</th><th>AUC</th><th>accuracy</th></tr>
 * <tr><td>binary</td><td>of the last column</td><td>class 1 where the last column is above 0.5</td></tr>
 * <tr><td>multi-class</td><td>mean over classes, each against the rest</td><td>first maximum of the row</td></tr>
 * <tr><td>multi-label</td><td>mean over labels</td><td>mean over labels, each above 0.5</td></tr>
 * </table>
 *
 * <p>Source: {@code medmnist/evaluator.py} of the Python package.
 *
 * @param auc area under the ROC curve, in [0, 1]; NaN if it is undefined
 * @param accuracy share of correct answers, in [0, 1]
 */
public record Metrics(double auc, double accuracy) {
    /** The probability above which an answer is "yes". */
    public static final double THRESHOLD = 0.5;

    /** Rejects values outside of [0, 1]; an undefined AUC is NaN. */
    public Metrics {
        BadValueException.require(!(auc < 0 || auc > 1), "auc", auc, "0 to 1");
        BadValueException.require(accuracy >= 0 && accuracy <= 1, "accuracy", accuracy, "0 to 1");
    }

    /** Returns whether there is an AUC, which requires that every class occurs. */
    public boolean hasAuc() {
        return !Double.isNaN(auc);
    }

    /**
     * Returns both figures of a split.
     *
     * @param scores probabilities, (N, classes); a binary task may have one column only
     * @throws UndefinedMetricException if a class does not occur in the split, so that its AUC has no value
     * @throws IllegalArgumentException if the scores are not finite or not of that shape
     */
    public static Metrics of(VolumeData data, Split split, double[][] scores) {
        try {
            return split.isMultiLabel()
                    ? ofMultiLabel(data.labelNames(), split.multiLabels(), scores)
                    : of(data.task(), data.labelNames(), split.labels(), scores);
        } catch (UndefinedMetricException e) {
            throw new UndefinedMetricException(data.name() + " " + split.name() + ": " + e.getMessage());
        }
    }

    /**
     * Returns both figures of a split, or, if a class does not occur in it, the accuracy with NaN as AUC.
     *
     * @param scores as in {@link #of(VolumeData, Split, double[][])}
     */
    public static Metrics whereDefined(VolumeData data, Split split, double[][] scores) {
        try {
            return of(data, split, scores);
        } catch (UndefinedMetricException e) {
            return new Metrics(
                    Double.NaN,
                    split.isMultiLabel()
                            ? accuracy(split.multiLabels(), scores)
                            : accuracy(data.task(), split.labels(), scores));
        }
    }

    /**
     * Checks, before any scores are computed, that the figures of a split are defined.
     *
     * @throws UndefinedMetricException if they are not
     */
    public static void requireDefined(VolumeData data, Split split) {
        of(data, split, new double[split.size()][data.classes()]);
    }

    /**
     * Returns both figures for one class per sample.
     *
     * @param task binary or multi-class
     * @param labelNames names of the classes
     * @param labels class of each sample, (N)
     * @param scores as above
     */
    public static Metrics of(Task task, List<String> labelNames, int[] labels, double[][] scores) {
        int classes = labelNames.size();
        if (task == Task.MULTI_LABEL || task == Task.BINARY && classes != 2) {
            throw new IllegalArgumentException("metrics: " + classes + " classes with one label per sample do not "
                    + "make a " + task.officialName() + " task");
        }
        checkScores(labels.length, classes, task == Task.BINARY, scores);
        if (task == Task.BINARY) {
            int last = scores[0].length - 1;
            double auc = auc(labelNames, 1, scores, last, i -> labels[i] == 1);
            return new Metrics(auc, accuracy(task, labels, scores));
        }
        double auc = mean(classes, c -> auc(labelNames, c, scores, c, i -> labels[i] == c));
        return new Metrics(auc, accuracy(task, labels, scores));
    }

    /** Returns the share of samples, (N), whose class the scores, (N, classes), predict. */
    public static double accuracy(Task task, int[] labels, double[][] scores) {
        return share(labels.length, i -> predictedClass(task, scores[i]) == labels[i]);
    }

    /** Returns the mean over labels of the share of samples that the scores predict correctly; both are (N, L). */
    public static double accuracy(int[][] labels, double[][] scores) {
        return mean(
                labels[0].length, l -> share(labels.length, i -> (scores[i][l] > THRESHOLD) == (labels[i][l] == 1)));
    }

    /**
     * Returns both figures for several labels per sample.
     *
     * @param labelNames names of the labels
     * @param labels 0 or 1, (N, L)
     * @param scores probabilities, (N, L)
     */
    public static Metrics ofMultiLabel(List<String> labelNames, int[][] labels, double[][] scores) {
        int columns = labelNames.size();
        checkScores(labels.length, columns, false, scores);
        double auc = mean(columns, l -> auc(labelNames, l, scores, l, i -> labels[i][l] == 1));
        return new Metrics(auc, accuracy(labels, scores));
    }

    /**
     * Returns the class that a row of scores predicts: for a binary task by the threshold on the last column, otherwise
     * the first maximum.
     */
    public static int predictedClass(Task task, double[] row) {
        return switch (task) {
            case BINARY -> row[row.length - 1] > THRESHOLD ? 1 : 0;
            case MULTI_CLASS -> firstMaximum(row);
            case MULTI_LABEL -> throw new IllegalArgumentException("metrics: a multi-label task has no single class");
        };
    }

    private static void checkScores(int samples, int classes, boolean oneColumnWillDo, double[][] scores) {
        if (scores.length != samples || samples == 0) {
            throw new IllegalArgumentException("metrics: " + scores.length + " rows of scores for " + samples
                    + " samples; expected one row each, and at least one");
        }
        for (int i = 0; i < samples; i++) {
            int columns = scores[i].length;
            if (columns != scores[0].length || columns != classes && !(columns == 1 && oneColumnWillDo)) {
                throw new IllegalArgumentException(
                        "metrics: row " + i + " has " + columns + " scores; expected " + classes);
            }
            for (double score : scores[i]) {
                if (!Double.isFinite(score)) {
                    throw new IllegalArgumentException(
                            "metrics: row " + i + " contains " + score + "; expected finite scores");
                }
            }
        }
    }

    private static double auc(List<String> names, int name, double[][] scores, int column, IntPredicate isPositive) {
        boolean[] positive = new boolean[scores.length];
        double[] columnScores = new double[scores.length];
        int positives = 0;
        for (int i = 0; i < scores.length; i++) {
            positive[i] = isPositive.test(i);
            positives += positive[i] ? 1 : 0;
            columnScores[i] = scores[i][column];
        }
        if (positives == 0 || positives == scores.length) {
            throw new UndefinedMetricException("AUC is not defined: class " + name + " (" + names.get(name) + ") has "
                    + positives + " of " + scores.length + " samples; expected some with it and some without. "
                    + "Use a split in which every class occurs");
        }
        return RocAuc.of(positive, columnScores);
    }

    private static int firstMaximum(double[] row) {
        int best = 0;
        for (int c = 1; c < row.length; c++) {
            if (row[c] > row[best]) {
                best = c;
            }
        }
        return best;
    }

    private static double share(int count, IntPredicate right) {
        int hits = 0;
        for (int i = 0; i < count; i++) {
            hits += right.test(i) ? 1 : 0;
        }
        return (double) hits / count;
    }

    private static double mean(int count, IntToDoubleFunction value) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += value.applyAsDouble(i);
        }
        return sum / count;
    }
}
