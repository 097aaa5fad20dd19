package dev.voxgrad.medmnist.metrics;

import java.util.ArrayList;
import java.util.List;

import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;

/**
 * Represents one yes/no question about each volume, with the answers: a class against all others, or one label of
 * several.
 *
 * @param index of the class or label
 * @param name of the class or label
 * @param positive whether each volume has the class or label, (N)
 * @param scores its probability, (N)
 */
public record OneVsRest(int index, String name, boolean[] positive, double[] scores) {
    /**
     * Returns the questions of a split: each class of a multi-class task, each label of a multi-label task, and only
     * class 1 of a binary task, since class 0 is its mirror image.
     *
     * @param scores probabilities, (N, classes)
     */
    public static List<OneVsRest> of(VolumeData data, Split split, double[][] scores) {
        List<OneVsRest> questions = new ArrayList<>();
        for (int c = data.task() == Task.BINARY ? 1 : 0; c < data.classes(); c++) {
            boolean[] positive = new boolean[split.size()];
            double[] column = new double[split.size()];
            for (int i = 0; i < positive.length; i++) {
                positive[i] = split.isMultiLabel() ? split.multiLabels()[i][c] == 1 : split.labels()[i] == c;
                column[i] = scores[i][c];
            }
            questions.add(new OneVsRest(c, data.labelNames().get(c), positive, column));
        }
        return questions;
    }

    /** Returns whether there are ROC and precision-recall curves, which require both positives and negatives. */
    public boolean isDefined() {
        boolean some = false;
        boolean all = true;
        for (boolean one : positive) {
            some |= one;
            all &= one;
        }
        return some && !all;
    }

    /** Returns the figures if a score above 0.5 means yes, which is how MedMNIST evaluates labels. */
    public ClassFigures figures() {
        int[][] counts = new int[2][2];
        for (int i = 0; i < positive.length; i++) {
            counts[positive[i] ? 1 : 0][scores[i] > Metrics.THRESHOLD ? 1 : 0]++;
        }
        return new ClassFigures(counts[1][1], counts[0][1], counts[1][0], counts[0][0]);
    }
}
