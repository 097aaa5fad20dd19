package dev.voxgrad.medmnist.report;

import java.util.ArrayList;
import java.util.List;

import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.metrics.Calibration;
import dev.voxgrad.medmnist.metrics.Metrics;

/**
 * Represents one answer of the weighted ensemble: the class of a volume, or, in a multi-label task, whether a volume
 * has a label.
 *
 * @param volume number in the split
 * @param asked the label in question; −1 if there is one class per volume
 * @param truth the true class, or 1 if the volume has the label
 * @param answer the predicted class, or 0 or 1
 * @param confidence predicted probability of the answer
 */
record Answer(int volume, int asked, int truth, int answer, double confidence) {
    /** Returns all answers; in a multi-label task, grouped by label. */
    static List<Answer> of(Subject subject) {
        List<Answer> answers = new ArrayList<>();
        double[][] scores = subject.scores();
        Task task = subject.data().task();
        if (task != Task.MULTI_LABEL) {
            for (int i = 0; i < scores.length; i++) {
                int answer = Metrics.predictedClass(task, scores[i]);
                answers.add(new Answer(i, -1, subject.split().labels()[i], answer, scores[i][answer]));
            }
            return answers;
        }
        for (int label = 0; label < subject.data().classes(); label++) {
            for (int i = 0; i < scores.length; i++) {
                double yes = scores[i][label];
                int answer = Metrics.predictedClass(Task.BINARY, new double[] {yes});
                answers.add(new Answer(
                        i, label, subject.split().multiLabels()[i][label], answer, answer == 1 ? yes : 1 - yes));
            }
        }
        return answers;
    }

    boolean isRight() {
        return truth == answer;
    }

    static Calibration calibration(List<Answer> answers) {
        boolean[] right = new boolean[answers.size()];
        for (int i = 0; i < right.length; i++) {
            right[i] = answers.get(i).isRight();
        }
        return Calibration.of(answers.stream().mapToDouble(Answer::confidence).toArray(), right);
    }
}
