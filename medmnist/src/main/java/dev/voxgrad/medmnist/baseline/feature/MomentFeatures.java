package dev.voxgrad.medmnist.baseline.feature;

import java.util.Arrays;
import java.util.List;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * Measures extent by the second central moments. Voxels are cubes of edge 1, so with their centres p and the mean c of
 * these,
 *
 * <pre>M = 1/V · Σ (p − c)(p − c)ᵀ + I/12</pre>
 *
 * <p>Its eigenvalues λ₁ ≥ λ₂ ≥ λ₃ are n²/12 for a box of n voxels, r²/5 for a ball. Features are the spreads s_i = √λ_i along the
 * principal axes and their logarithms, s₂/s₁, s₃/s₂ and s₃/s₁ (Zingg, Schweizerische Mineralogische und Petrographische
 * Mitteilungen 15, 1935, with axes for spreads), and the compactness V/(s₁s₂s₃) with its logarithm, which a fold or a
 * branch decreases.
 */
final class MomentFeatures implements MaskFeatures {
    private static final double OF_A_VOXEL = 1.0 / 12;

    @Override
    public List<String> names() {
        return List.of(
                "longest spread",
                "middle spread",
                "shortest spread",
                "log longest spread",
                "log middle spread",
                "log shortest spread",
                "elongation",
                "flatness",
                "shortest/longest spread",
                "compactness",
                "log compactness");
    }

    @Override
    public double[] of(Mask mask) {
        double[] s = spreads(moments(mask));
        double compactness = mask.volume() / (s[0] * s[1] * s[2]);
        return new double[] {
            s[0],
            s[1],
            s[2],
            Math.log(s[0]),
            Math.log(s[1]),
            Math.log(s[2]),
            s[1] / s[0],
            s[2] / s[1],
            s[2] / s[0],
            compactness,
            Math.log(compactness)
        };
    }

    /** Returns M, exact but for the last division: the sums are whole numbers. */
    private static double[][] moments(Mask mask) {
        long[] sums = new long[3];
        long[][] products = new long[3][3];
        mask.forEach((x, y, z) -> {
            int[] at = {x, y, z};
            for (int i = 0; i < 3; i++) {
                sums[i] += at[i];
                for (int j = i; j < 3; j++) {
                    products[i][j] += (long) at[i] * at[j];
                }
            }
        });
        double volume = mask.volume();
        double[][] m = new double[3][3];
        for (int i = 0; i < 3; i++) {
            for (int j = i; j < 3; j++) {
                m[i][j] = (products[i][j] - sums[i] * (sums[j] / volume)) / volume + (i == j ? OF_A_VOXEL : 0);
                m[j][i] = m[i][j];
            }
        }
        return m;
    }

    /** Returns the square roots of the eigenvalues, the largest first. */
    private static double[] spreads(double[][] m) {
        EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(3, false, true);
        eigen.decompose(new DMatrixRMaj(m));
        double[] values = new double[3];
        for (int i = 0; i < 3; i++) {
            values[i] = -Math.sqrt(Math.max(OF_A_VOXEL, eigen.getEigenvalue(i).getReal()));
        }
        Arrays.sort(values);
        return Arrays.stream(values).map(value -> -value).toArray();
    }
}
