package dev.voxgrad.medmnist.baseline.model;

import java.util.Arrays;

/**
 * Holds features as numbers of bins, which trees are built on: bin b contains the values x with
 * {@code edges[b − 1] < x ≤ edges[b]}. A feature with at most {@value #MOST_BINS} different values has a bin for each,
 * with the edges halfway between them; otherwise each bin gets about the same number of rows. Source: Ke et al.,
 * "LightGBM: A Highly Efficient Gradient Boosting Decision Tree", NIPS 2017, section 2.1.
 *
 * @param bins by feature and row, unsigned, (F, N)
 * @param edges by feature, one fewer than bins, ascending
 */
record BinnedFeatures(byte[][] bins, double[][] edges) {
    /** The most bins of a feature; more resolve no more than chance among a thousand rows. */
    static final int MOST_BINS = 64;

    static BinnedFeatures of(double[][] rows) {
        int features = rows[0].length;
        byte[][] bins = new byte[features][rows.length];
        double[][] edges = new double[features][];
        double[] column = new double[rows.length];
        for (int f = 0; f < features; f++) {
            for (int i = 0; i < rows.length; i++) {
                column[i] = rows[i][f];
            }
            double[] sorted = column.clone();
            Arrays.sort(sorted);
            edges[f] = edges(sorted);
            for (int i = 0; i < rows.length; i++) {
                bins[f][i] = (byte) bin(column[i], edges[f]);
            }
        }
        return new BinnedFeatures(bins, edges);
    }

    private static double[] edges(double[] sorted) {
        int different = 1;
        for (int i = 1; i < sorted.length; i++) {
            different += sorted[i] > sorted[i - 1] ? 1 : 0;
        }
        int count = Math.min(different, MOST_BINS);
        double[] edges = new double[count - 1];
        int found = 0;
        int seen = 0;
        for (int i = 1; i < sorted.length && found < edges.length; i++) {
            if (sorted[i] > sorted[i - 1]) {
                seen++;
                boolean full = different <= MOST_BINS
                        ? seen > found
                        : (double) i * count >= (double) sorted.length * (found + 1);
                if (full) {
                    edges[found++] = between(sorted[i - 1], sorted[i]);
                }
            }
        }
        return Arrays.copyOf(edges, found);
    }

    /** Returns a number m with low ≤ m &lt; high, halfway if rounding allows. */
    private static double between(double low, double high) {
        double middle = low / 2 + high / 2;
        return middle >= low && middle < high ? middle : low;
    }

    private static int bin(double value, double[] edges) {
        int found = Arrays.binarySearch(edges, value);
        return found >= 0 ? found : -found - 1;
    }

    /** Returns the number of features. */
    int features() {
        return bins.length;
    }

    /** Returns the bin of a row. */
    int bin(int feature, int row) {
        return bins[feature][row] & 0xFF;
    }
}
