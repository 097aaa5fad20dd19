package dev.voxgrad.engine.op.conv3d.cpu.planar;

import java.math.BigInteger;
import java.util.Arrays;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.device.cpu.Lanes;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Derives Winograd's matrices from their interpolation points in exact arithmetic, shows that they compute a
 * correlation, and compares the kernels' constants with them.
 *
 * <p>Polynomials of degree 2 and m − 1 have a product of degree m + 1, which is determined by its values at m + 1
 * points pⱼ and its leading coefficient, its value "at ∞". Multiplying polynomials is convolution; the transposed
 * algorithm is the correlation y = Aᵀ [(G g) ⊙ (Bᵀ d)] of 3 weights g with m + 2 inputs d, which has m outputs:
 *
 * <pre>
 * Aᵀ[i][j] = pⱼⁱ                                 ∞: 1 in the last row
 * G[j][k]  = pⱼᵏ / Nⱼ,  Nⱼ = Πₗ≠ⱼ (pⱼ − pₗ)      ∞: 1 in the last column
 * Bᵀ[j]    = the coefficients of Πₗ≠ⱼ (x − pₗ)   ∞: those of Πₗ (x − pₗ)
 * </pre>
 */
@Tag("kernels")
class PlanarMatricesTest {
    /** A rational number. */
    private record Fraction(BigInteger numerator, BigInteger denominator) {
        static final Fraction ZERO = of(0, 1);
        static final Fraction ONE = of(1, 1);

        static Fraction of(long numerator, long denominator) {
            return new Fraction(BigInteger.valueOf(numerator), BigInteger.valueOf(denominator));
        }

        Fraction plus(Fraction other) {
            return reduced(
                    numerator.multiply(other.denominator).add(other.numerator.multiply(denominator)),
                    denominator.multiply(other.denominator));
        }

        Fraction times(Fraction other) {
            return reduced(numerator.multiply(other.numerator), denominator.multiply(other.denominator));
        }

        Fraction negative() {
            return new Fraction(numerator.negate(), denominator);
        }

        Fraction inverse() {
            return reduced(denominator, numerator);
        }

        double value() {
            return numerator.doubleValue() / denominator.doubleValue();
        }

        private static Fraction reduced(BigInteger numerator, BigInteger denominator) {
            BigInteger divisor = numerator.gcd(denominator);
            if (denominator.signum() < 0) {
                divisor = divisor.negate();
            }
            return new Fraction(numerator.divide(divisor), denominator.divide(divisor));
        }
    }

    /** The three matrices for m outputs. */
    private record Matrices(Fraction[][] output, Fraction[][] weight, Fraction[][] input) {
        static Matrices of(int m) {
            Fraction[] points = points(m);
            int n = points.length + 1;
            Fraction[][] output = zeros(m, n);
            Fraction[][] weight = zeros(n, 3);
            Fraction[][] input = zeros(n, n);
            for (int j = 0; j < n - 1; j++) {
                Fraction product = Fraction.ONE;
                for (int l = 0; l < n - 1; l++) {
                    product = l == j ? product : product.times(points[j].plus(points[l].negative()));
                }
                Fraction power = Fraction.ONE;
                for (int i = 0; i < Math.max(m, 3); i++) {
                    if (i < m) {
                        output[i][j] = power;
                    }
                    if (i < 3) {
                        weight[j][i] = power.times(product.inverse());
                    }
                    power = power.times(points[j]);
                }
                input[j] = coefficients(points, j);
            }
            output[m - 1][n - 1] = Fraction.ONE;
            weight[n - 1][2] = Fraction.ONE;
            input[n - 1] = coefficients(points, -1);
            return new Matrices(output, weight, input);
        }

        private static Fraction[] points(int m) {
            Fraction a = Fraction.of(3, 4);
            Fraction b = Fraction.of(3, 2);
            return switch (m) {
                case 4 -> new Fraction[] {Fraction.ZERO, a, a.negative(), b, b.negative()};
                case 3 -> new Fraction[] {Fraction.ZERO, a, a.negative(), b};
                default -> new Fraction[] {Fraction.ZERO, Fraction.ONE, Fraction.ONE.negative()};
            };
        }

        /** Returns the coefficients of the product of (x − p) for all points but one. */
        private static Fraction[] coefficients(Fraction[] points, int without) {
            Fraction[] result = zeros(1, points.length + 1)[0];
            result[0] = Fraction.ONE;
            for (int l = 0; l < points.length; l++) {
                for (int i = result.length - 1; i >= 0 && l != without; i--) {
                    Fraction shifted = i == 0 ? Fraction.ZERO : result[i - 1];
                    result[i] = shifted.plus(result[i].times(points[l].negative()));
                }
            }
            return result;
        }

        private static Fraction[][] zeros(int rows, int columns) {
            Fraction[][] zeros = new Fraction[rows][columns];
            for (Fraction[] row : zeros) {
                Arrays.fill(row, Fraction.ZERO);
            }
            return zeros;
        }
    }

    /** Computes yᵢ = Σₖ gₖ·dᵢ₊ₖ for every pair of unit vectors. */
    @Test
    void matricesComputeACorrelation() {
        for (int m = 2; m <= 4; m++) {
            Matrices matrices = Matrices.of(m);
            for (int i = 0; i < m; i++) {
                for (int k = 0; k < 3; k++) {
                    for (int d = 0; d < m + 2; d++) {
                        Fraction sum = Fraction.ZERO;
                        for (int j = 0; j < m + 2; j++) {
                            sum = sum.plus(matrices.output[i][j]
                                    .times(matrices.weight[j][k])
                                    .times(matrices.input[j][d]));
                        }
                        assertThat(sum)
                                .as("m = %d: weight %d and input %d in output %d", m, k, d, i)
                                .isEqualTo(d == i + k ? Fraction.ONE : Fraction.ZERO);
                    }
                }
            }
        }
    }

    /** Transforms unit vectors: results are entries of the matrices, which are exact in float32 but for G's. */
    @Test
    void kernelsHaveTheseConstants() {
        for (int mu = 2; mu <= 4; mu++) {
            for (int mv = 2; mv <= 4; mv++) {
                Matrices u = Matrices.of(mu);
                Matrices v = Matrices.of(mv);
                checkInput(mu, mv, u, v);
                checkOutput(mu, mv, u, v);
                checkGradient(mu, mv, u, v);
            }
            float[] g = PlanarWeights.matrix(mu);
            for (int i = 0; i < g.length; i++) {
                assertThat(g[i]).as("m = %d, entry %d of G", mu, i).isEqualTo((float)
                        Matrices.of(mu).weight[i / 3][i % 3].value());
            }
        }
    }

    private static void checkInput(int mu, int mv, Matrices u, Matrices v) {
        int width = mv + 2;
        int positions = (mu + 2) * width;
        for (int from = 0; from < positions; from++) {
            float[] x = unit(positions, from);
            float[] result = new float[positions * Lanes.COUNT];
            PlanarTransforms.input(mu, mv, x, 0, width * Lanes.COUNT, Lanes.COUNT, scratch(), result, 0, Lanes.COUNT);
            for (int p = 0; p < positions; p++) {
                Fraction entry = u.input[p / width][from / width].times(v.input[p % width][from % width]);
                assertLanes(result, p, entry);
            }
        }
    }

    private static void checkOutput(int mu, int mv, Matrices u, Matrices v) {
        int width = mv + 2;
        int positions = (mu + 2) * width;
        float[] base = new float[mu * mv * Lanes.COUNT];
        for (int from = 0; from < positions; from++) {
            float[] m = unit(positions, from);
            float[] result = new float[mu * mv * Lanes.COUNT];
            PlanarTransforms.output(
                    mu,
                    mv,
                    m,
                    0,
                    Lanes.COUNT,
                    scratch(),
                    base,
                    0,
                    mv * Lanes.COUNT,
                    Lanes.COUNT,
                    result,
                    0,
                    mv * Lanes.COUNT,
                    Lanes.COUNT);
            for (int i = 0; i < mu * mv; i++) {
                assertLanes(result, i, u.output[i / mv][from / width].times(v.output[i % mv][from % width]));
            }
        }
    }

    private static void checkGradient(int mu, int mv, Matrices u, Matrices v) {
        int width = mv + 2;
        int positions = (mu + 2) * width;
        for (int from = 0; from < mu * mv; from++) {
            float[] y = unit(mu * mv, from);
            float[] result = new float[positions * Lanes.COUNT];
            PlanarTransforms.gradient(mu, mv, y, 0, mv * Lanes.COUNT, Lanes.COUNT, scratch(), result, 0, Lanes.COUNT);
            for (int p = 0; p < positions; p++) {
                assertLanes(result, p, u.output[from / mv][p / width].times(v.output[from % mv][p % width]));
            }
        }
    }

    private static float[] scratch() {
        return new float[PlanarTransforms.SCRATCH];
    }

    /** Returns vectors of zeros, but one of ones. */
    private static float[] unit(int vectors, int index) {
        float[] values = new float[vectors * Lanes.COUNT];
        Arrays.fill(values, index * Lanes.COUNT, (index + 1) * Lanes.COUNT, 1);
        return values;
    }

    private static void assertLanes(float[] values, int vector, Fraction expected) {
        for (int lane = 0; lane < Lanes.COUNT; lane++) {
            assertThat(values[vector * Lanes.COUNT + lane] + 0f).isEqualTo((float) expected.value() + 0f);
        }
    }
}
