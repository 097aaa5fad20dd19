package dev.voxgrad.medmnist.ensemble;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.metrics.Calibration;
import dev.voxgrad.medmnist.metrics.Metrics;

/**
 * Represents one answer of an ensemble: the class of a volume, or, in a multi-label task, whether a volume
 * has a label.
 *
 * @param volume number in the split
 * @param asked the label in question; −1 if there is one class per volume
 * @param truth the true class, or 1 if the volume has the label
 * @param answer the predicted class, or 0 or 1
 * @param confidence predicted probability of the answer
 */
public record Answer(int volume, int asked, int truth, int answer, double confidence) {
    /**
     * Returns all answers; in a multi-label task, grouped by label.
     *
     * @param scores probabilities, (N, classes)
     */
    public static List<Answer> of(VolumeData data, Split split, double[][] scores) {
        List<Answer> answers = new ArrayList<>();
        boolean hasLabels = data.task() == Task.MULTI_LABEL;
        for (int label = 0; label < (hasLabels ? data.classes() : 1); label++) {
            for (int i = 0; i < scores.length; i++) {
                answers.add(of(data.task(), split, i, hasLabels ? label : -1, scores[i]));
            }
        }
        return answers;
    }

    /**
     * Returns the answer for one volume: in a multi-label task, about the label with the highest probability.
     *
     * @param scores probabilities of the volume, (classes)
     */
    public static Answer of(VolumeData data, Split split, int volume, double[] scores) {
        int label = data.task() == Task.MULTI_LABEL ? Metrics.predictedClass(Task.MULTI_CLASS, scores) : -1;
        return of(data.task(), split, volume, label, scores);
    }

    private static Answer of(Task task, Split split, int volume, int asked, double[] scores) {
        if (asked < 0) {
            int answer = Metrics.predictedClass(task, scores);
            return new Answer(volume, asked, split.labels()[volume], answer, scores[answer]);
        }
        double yes = scores[asked];
        int answer = Metrics.predictedClass(Task.BINARY, new double[] {yes});
        return new Answer(volume, asked, split.multiLabels()[volume][asked], answer, answer == 1 ? yes : 1 - yes);
    }

    /** Returns the wrong answers, the most confident one first; of equally confident ones, in order. */
    public static List<Answer> mistakes(List<Answer> answers) {
        return answers.stream()
                .filter(answer -> !answer.isRight())
                .sorted(Comparator.comparingDouble(Answer::confidence).reversed())
                .toList();
    }

    /** Returns whether the answer is the truth. */
    public boolean isRight() {
        return truth == answer;
    }

    /** Returns the number of the logit that the answer depends on: the predicted class, or the label in question. */
    public int logit() {
        return asked < 0 ? answer : asked;
    }

    /** Returns the answer and the truth as the predicate of a sentence: "is box, was predicted as torus". */
    public String words(List<String> names) {
        if (asked >= 0) {
            return (truth == 1 ? "has " : "has no ") + names.get(asked) + ", the answer was "
                    + (answer == 1 ? "yes" : "no");
        }
        return "is " + names.get(truth)
                + (isRight() ? ", as was predicted" : ", was predicted as " + names.get(answer));
    }

    /** Returns the answer alone as the predicate of a sentence, where the truth is unknown: "was predicted as torus". */
    public String predictedWords(List<String> names) {
        return asked < 0
                ? "was predicted as " + names.get(answer)
                : "was predicted " + (answer == 1 ? "to have " : "not to have ") + names.get(asked);
    }

    /** Returns how confidence and correctness of answers agree. */
    public static Calibration calibration(List<Answer> answers) {
        boolean[] right = new boolean[answers.size()];
        for (int i = 0; i < right.length; i++) {
            right[i] = answers.get(i).isRight();
        }
        return Calibration.of(answers.stream().mapToDouble(Answer::confidence).toArray(), right);
    }
}
