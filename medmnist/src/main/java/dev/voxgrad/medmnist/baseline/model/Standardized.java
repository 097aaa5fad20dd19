package dev.voxgrad.medmnist.baseline.model;

import org.jspecify.annotations.Nullable;

/** Holds standardised rows, and the products of all pairs of them once they are needed. */
final class Standardized {
    private final Standardizer standardizer;
    private final double[][] rows;
    private double @Nullable [][] gram;

    private Standardized(Standardizer standardizer, double[][] rows) {
        this.standardizer = standardizer;
        this.rows = rows;
    }

    static Standardized of(double[][] rows) {
        Standardizer standardizer = Standardizer.of(rows);
        return new Standardized(standardizer, standardizer.apply(rows));
    }

    Standardizer standardizer() {
        return standardizer;
    }

    /** Returns the standardised rows, (N, F); not a copy. */
    double[][] rows() {
        return rows;
    }

    /** Returns the Gram matrix of the rows, (N, N). */
    synchronized double[][] gram() {
        if (gram == null) {
            gram = Columns.gram(rows);
        }
        return gram;
    }
}
