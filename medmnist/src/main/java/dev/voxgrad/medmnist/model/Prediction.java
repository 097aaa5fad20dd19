package dev.voxgrad.medmnist.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.train.Predictor;

/**
 * Holds what an ensemble predicts for N volumes, and how far its models agree.
 *
 * @param task decides what the probabilities mean
 * @param labelNames names of the classes or labels, (K)
 * @param probabilities of the ensemble, (N, K): of the weighted mean of the logits
 * @param deviations standard deviation of each probability over the models, (N, K), with the weights w of the ensemble:
 *     {@code sqrt(Σ w·(p − m)² / Σ w)}, where {@code m = Σ w·p / Σ w}
 */
public record Prediction(Task task, List<String> labelNames, double[][] probabilities, double[][] deviations) {
    /** Separates the labels of one volume in a multi-label task. */
    private static final String BETWEEN_LABELS = "; ";

    /** Combines the logits of an ensemble's models. */
    public static Prediction of(Task task, List<String> labelNames, List<WeightedScores> parts) {
        return new Prediction(
                task,
                labelNames,
                Predictor.probabilities(task, WeightedScores.mean(parts)),
                deviations(parts.stream()
                        .map(part -> new WeightedScores(part.weight(), Predictor.probabilities(task, part.scores())))
                        .toList()));
    }

    /**
     * Combines the probabilities of models whose mean is given.
     *
     * @param mean of the probabilities, (N, K)
     * @param parts probabilities of the models
     */
    public static Prediction ofProbabilities(
            Task task, List<String> labelNames, double[][] mean, List<WeightedScores> parts) {
        return new Prediction(task, labelNames, mean, deviations(parts));
    }

    /** Returns the deviations of probabilities, (N, K). */
    private static double[][] deviations(List<WeightedScores> parts) {
        double[][] means = WeightedScores.mean(parts);
        List<WeightedScores> squares = new ArrayList<>();
        for (WeightedScores part : parts) {
            double[][] square = new double[means.length][];
            for (int i = 0; i < square.length; i++) {
                square[i] = new double[means[i].length];
                for (int c = 0; c < square[i].length; c++) {
                    double difference = part.scores()[i][c] - means[i][c];
                    square[i][c] = difference * difference;
                }
            }
            squares.add(new WeightedScores(part.weight(), square));
        }
        double[][] deviations = WeightedScores.mean(squares);
        for (double[] row : deviations) {
            for (int c = 0; c < row.length; c++) {
                row[c] = Math.sqrt(row[c]);
            }
        }
        return deviations;
    }

    /** Returns the number of volumes. */
    public int size() {
        return probabilities.length;
    }

    /**
     * Returns the name of the predicted class, or the names of all labels that are more probable than not, separated by
     * semicolons.
     */
    public String predicted(int volume) {
        double[] row = probabilities[volume];
        return task == Task.MULTI_LABEL
                ? names(labelNames, c -> row[c] > Metrics.THRESHOLD)
                : labelNames.get(Metrics.predictedClass(task, row));
    }

    /** Returns the names for which a condition holds, separated as {@link #predicted} does. */
    public static String names(List<String> labelNames, IntPredicate holds) {
        return IntStream.range(0, labelNames.size())
                .filter(holds)
                .mapToObj(labelNames::get)
                .collect(Collectors.joining(BETWEEN_LABELS));
    }

    /**
     * Returns how uncertain a prediction is, in nats: {@code −Σ p·ln p} over the classes. In a multi-label task, each
     * label has the two outcomes yes and no, and their entropies are added.
     */
    public double entropy(int volume) {
        double sum = 0;
        for (double p : probabilities[volume]) {
            sum += term(p) + (task == Task.MULTI_LABEL ? term(1 - p) : 0);
        }
        return sum;
    }

    private static double term(double p) {
        return p > 0 ? -p * Math.log(p) : 0;
    }
}
