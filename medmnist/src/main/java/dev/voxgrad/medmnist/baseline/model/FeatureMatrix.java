package dev.voxgrad.medmnist.baseline.model;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.io.DataException;

/**
 * Holds the features that models are fitted to, (N, F), and what several models derive from them, which is computed
 * when it is first needed. Several threads may use it.
 */
public final class FeatureMatrix {
    private final double[][] rows;
    private @Nullable Standardized standardized;
    private @Nullable BinnedFeatures bins;
    private @Nullable PrincipalAxes axes;
    private final Map<Integer, Projected> projected = new HashMap<>();

    /** Represents the same rows by their scores on the first principal components. */
    record Projected(Pca pca, FeatureMatrix scores) {}

    /**
     * Takes rows of the same length, which are not copied.
     *
     * @throws DataException if a value is not finite
     */
    public FeatureMatrix(double[][] rows) {
        if (rows.length == 0 || rows[0].length == 0) {
            throw new DataException("features: expected at least one volume and one feature");
        }
        for (int i = 0; i < rows.length; i++) {
            requireRow(rows[i], i, rows[0].length);
        }
        this.rows = rows;
    }

    private static void requireRow(double[] row, int number, int features) {
        if (row.length != features) {
            throw new IllegalArgumentException(
                    "features: row " + number + " has " + row.length + "; expected " + features);
        }
        for (double value : row) {
            if (!Double.isFinite(value)) {
                throw new DataException("features: volume " + number + " has a feature that is not finite");
            }
        }
    }

    /** Returns the number of rows, N. */
    public int size() {
        return rows.length;
    }

    /** Returns the number of features, F. */
    public int features() {
        return rows[0].length;
    }

    /** Returns the rows, (N, F); not a copy. */
    public double[][] rows() {
        return rows;
    }

    /** Returns the rows with these numbers. */
    public FeatureMatrix select(int[] numbers) {
        double[][] some = new double[numbers.length][];
        for (int i = 0; i < some.length; i++) {
            some[i] = rows[numbers[i]];
        }
        return new FeatureMatrix(some);
    }

    /** Returns these rows, followed by those of others. */
    public FeatureMatrix followedBy(FeatureMatrix others) {
        double[][] both = Arrays.copyOf(rows, size() + others.size());
        System.arraycopy(others.rows, 0, both, size(), others.size());
        return new FeatureMatrix(both);
    }

    /** Returns the rows with features of mean 0 and variance 1. */
    synchronized Standardized standardized() {
        if (standardized == null) {
            standardized = Standardized.of(rows);
        }
        return standardized;
    }

    /** Returns the rows with each feature as the number of a bin. */
    synchronized BinnedFeatures bins() {
        if (bins == null) {
            bins = BinnedFeatures.of(rows);
        }
        return bins;
    }

    /**
     * Returns the scores of the rows on the first principal components; on all of them if there are fewer.
     *
     * @throws DataException if the components are too large for a file
     */
    synchronized Projected projected(int components) {
        int most = Math.min(components, size());
        if ((long) most * features() > ModelArrays.MOST_ELEMENTS) {
            throw new DataException("pca: the model would contain " + most + " components of " + features()
                    + " features each, which is too much; choose fewer features, or --models without logistic and"
                    + " extra-trees");
        }
        if (axes == null) {
            axes = PrincipalAxes.of(rows);
        }
        PrincipalAxes found = axes;
        return projected.computeIfAbsent(components, count -> {
            Pca pca = found.first(count);
            return new Projected(pca, new FeatureMatrix(pca.scores(rows)));
        });
    }
}
