package dev.voxgrad.medmnist.baseline.model;

import java.util.Comparator;
import java.util.stream.IntStream;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

import dev.voxgrad.medmnist.io.DataException;

/**
 * Finds the principal axes of rows: the eigenvectors of their covariance matrix, XᵀX for centred rows X. With more
 * features than rows, these are Xᵀu/√λ for the eigenvectors u and eigenvalues λ of the smaller Gram matrix XXᵀ, since
 * XᵀX·Xᵀu = Xᵀ(XXᵀu) = λXᵀu. Source: Turk and Pentland, "Eigenfaces for recognition", Journal of Cognitive Neuroscience
 * 3, 71–86, 1991.
 */
final class PrincipalAxes {
    /** Axes whose variance is smaller than this, relative to the first, are made of rounding errors. */
    private static final double RANK = 1e-12;

    private final double[][] centered;
    private final double[] mean;
    private final boolean byGram;
    private final EigenDecomposition_F64<DMatrixRMaj> eigen;
    private final int[] order;

    private PrincipalAxes(
            double[][] centered, double[] mean, boolean byGram, EigenDecomposition_F64<DMatrixRMaj> eigen) {
        this.centered = centered;
        this.mean = mean;
        this.byGram = byGram;
        this.eigen = eigen;
        this.order = IntStream.range(0, eigen.getNumberOfEigenvalues())
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -eigenvalue(i)))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    static PrincipalAxes of(double[][] rows) {
        double[] mean = Columns.means(rows);
        double[][] centered = Columns.centered(rows, mean);
        boolean byGram = mean.length > rows.length;
        DMatrixRMaj matrix = new DMatrixRMaj(Columns.gram(byGram ? centered : transposed(centered)));
        EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(matrix.getNumRows(), true, true);
        if (!eigen.decompose(matrix)) {
            throw new DataException("features: no principal components can be found; choose models without pca");
        }
        return new PrincipalAxes(centered, mean, byGram, eigen);
    }

    private static double[][] transposed(double[][] rows) {
        double[][] columns = new double[rows[0].length][rows.length];
        for (int i = 0; i < rows.length; i++) {
            for (int f = 0; f < columns.length; f++) {
                columns[f][i] = rows[i][f];
            }
        }
        return columns;
    }

    private double eigenvalue(int index) {
        return eigen.getEigenvalue(index).getReal();
    }

    /** Returns the projection to the first axes, at least one of them; to fewer if the rows span fewer. */
    Pca first(int count) {
        double least = RANK * eigenvalue(order[0]);
        int[] taken = IntStream.of(order)
                .limit(count)
                .filter(index -> eigenvalue(index) > least)
                .toArray();
        double[][] components = taken.length == 0
                ? new double[1][mean.length]
                : IntStream.of(taken).mapToObj(this::component).toArray(double[][]::new);
        return new Pca(mean, components);
    }

    private double[] component(int index) {
        double[] vector = eigen.getEigenVector(index).getData();
        double[] component = vector;
        if (byGram) {
            component = new double[mean.length];
            for (int i = 0; i < centered.length; i++) {
                for (int f = 0; f < mean.length; f++) {
                    component[f] += vector[i] * centered[i][f];
                }
            }
        }
        return normalized(component);
    }

    /** Returns the axis with length 1, in the direction in which its largest value is positive. */
    private static double[] normalized(double[] vector) {
        double square = 0;
        double largest = 0;
        for (double value : vector) {
            square += value * value;
            largest = Math.abs(value) > Math.abs(largest) ? value : largest;
        }
        double factor = Math.copySign(1 / Math.sqrt(square), largest);
        double[] normalized = new double[vector.length];
        for (int f = 0; f < normalized.length; f++) {
            normalized[f] = factor * vector[f];
        }
        return normalized;
    }
}
