package dev.voxgrad.medmnist.report;

import java.util.ArrayList;
import java.util.List;

import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.metrics.Calibration;
import dev.voxgrad.medmnist.metrics.Metrics;

/**
 * What the weighted ensemble answered, one entry per answer: of each volume its class, or of a multi-label task whether
 * each label is there.
 *
 * @param volume number in the split
 * @param asked the label that was asked for; −1 where there is one class per volume
 * @param truth the true class, or 1 if the label is there
 * @param answer the class or 0 or 1 that was answered
 * @param confidence probability that was given to the answer
 */
record Answer(int volume, int asked, int truth, int answer, double confidence) {
    /** All answers; of a multi-label task those about one label follow each other. */
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
