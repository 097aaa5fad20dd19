package dev.voxgrad.medmnist.baseline.model;

/** Computes sums over rows of features. */
final class Columns {
    /** Features that are taken at a time, so that they stay in the cache. */
    private static final int BLOCK = 64;

    private Columns() {}

    /** Returns the mean of each column, (F). */
    static double[] means(double[][] rows) {
        double[] means = new double[rows[0].length];
        for (double[] row : rows) {
            for (int f = 0; f < means.length; f++) {
                means[f] += row[f];
            }
        }
        for (int f = 0; f < means.length; f++) {
            means[f] /= rows.length;
        }
        return means;
    }

    /** Returns the rows without the mean of each column, (N, F). */
    static double[][] centered(double[][] rows, double[] means) {
        double[][] centered = new double[rows.length][means.length];
        for (int i = 0; i < rows.length; i++) {
            for (int f = 0; f < means.length; f++) {
                centered[i][f] = rows[i][f] - means[f];
            }
        }
        return centered;
    }

    /** Returns the products of all pairs of rows, (N, N): {@code G[i][j] = Σ over f of x[i][f]·x[j][f]}. */
    static double[][] gram(double[][] rows) {
        int count = rows.length;
        int features = rows[0].length;
        double[][] gram = new double[count][count];
        double[][] columns = new double[BLOCK][count];
        for (int from = 0; from < features; from += BLOCK) {
            int some = Math.min(BLOCK, features - from);
            for (int i = 0; i < count; i++) {
                for (int f = 0; f < some; f++) {
                    columns[f][i] = rows[i][from + f];
                }
            }
            for (int i = 0; i < count; i++) {
                for (int f = 0; f < some; f++) {
                    addFrom(i, columns[f][i], columns[f], gram[i]);
                }
            }
        }
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < i; j++) {
                gram[i][j] = gram[j][i];
            }
        }
        return gram;
    }

    private static void addFrom(int from, double factor, double[] values, double[] sums) {
        if (factor != 0) {
            for (int j = from; j < sums.length; j++) {
                sums[j] += factor * values[j];
            }
        }
    }
}
