package dev.voxgrad.medmnist.baseline.model;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;

/** Makes rows of some features, of which the first two decide the class, and not by a straight line. */
public final class TwoMoons {
    private TwoMoons() {}

    /** Returns rows, (N, features), at random but for the seed. */
    public static double[][] rows(int count, int features, long seed) {
        RandomStream random = new RandomStream(seed, 0, 0, RandomPurpose.ANY);
        double[][] rows = new double[count][features];
        for (double[] row : rows) {
            for (int f = 0; f < features; f++) {
                row[f] = random.uniform(-1, 1);
            }
        }
        return rows;
    }

    /** Returns the class of each row: of three classes, by the rings around the origin; of two, inside or outside. */
    public static int[] labels(double[][] rows, int classes) {
        int[] labels = new int[rows.length];
        for (int i = 0; i < labels.length; i++) {
            double radius = Math.hypot(rows[i][0], rows[i][1]);
            labels[i] = radius < 0.6 ? 0 : radius < 0.95 || classes == 2 ? 1 : 2;
        }
        return labels;
    }

    /** Returns the share of rows whose most probable class is right. */
    public static double accuracy(double[][] probabilities, int[] labels) {
        int right = 0;
        for (int i = 0; i < labels.length; i++) {
            int best = 0;
            for (int c = 1; c < probabilities[i].length; c++) {
                best = probabilities[i][c] > probabilities[i][best] ? c : best;
            }
            right += best == labels[i] ? 1 : 0;
        }
        return (double) right / labels.length;
    }
}
