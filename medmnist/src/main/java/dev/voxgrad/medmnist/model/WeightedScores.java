package dev.voxgrad.medmnist.model;

import java.util.List;

/**
 * Holds the logits or probabilities of one model of an ensemble.
 *
 * @param weight zero or more
 * @param scores (N, classes)
 */
public record WeightedScores(double weight, double[][] scores) {
    /**
     * Returns the weighted mean of the scores, (N, classes): {@code Σ weight · scores / Σ weight}.
     *
     * @param parts at least one, with a weight above zero
     */
    public static double[][] mean(List<WeightedScores> parts) {
        double[][] first = parts.getFirst().scores();
        double[][] mean = new double[first.length][first.length == 0 ? 0 : first[0].length];
        double total = 0;
        for (WeightedScores part : parts) {
            total += part.weight();
            for (int i = 0; i < mean.length; i++) {
                for (int c = 0; c < mean[i].length; c++) {
                    mean[i][c] += part.weight() * part.scores()[i][c];
                }
            }
        }
        for (double[] row : mean) {
            for (int c = 0; c < row.length; c++) {
                row[c] /= total;
            }
        }
        return mean;
    }
}
