package dev.voxgrad.engine.op.conv3d.cpu.planar;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * Derives the matrices of Winograd's F(m, 3) from their interpolation points in exact arithmetic: for tests, which
 * compare the kernels' constants with them, and for pictures of the algorithm. No kernel uses this class.
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
 *
 * @param output Aᵀ, m×(m + 2)
 * @param weight G, (m + 2)×3
 * @param input Bᵀ, (m + 2)×(m + 2)
 */
public record WinogradMatrices(Fraction[][] output, Fraction[][] weight, Fraction[][] input) {
    /** Returns the matrices for m outputs, 2 to 4. */
    public static WinogradMatrices of(int m) {
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
        return new WinogradMatrices(output, weight, input);
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

    /** Returns the absolute values of a matrix's entries. */
    static double[][] magnitudes(Fraction[][] matrix) {
        return Arrays.stream(matrix)
                .map(row -> Arrays.stream(row)
                        .mapToDouble(entry -> Math.abs(entry.value()))
                        .toArray())
                .toArray(double[][]::new);
    }

    /** Represents a rational number in lowest terms, with a positive denominator. */
    public record Fraction(BigInteger numerator, BigInteger denominator) {
        public static final Fraction ZERO = of(0, 1);
        public static final Fraction ONE = of(1, 1);

        /** Returns numerator/denominator, which must be in lowest terms. */
        public static Fraction of(long numerator, long denominator) {
            return new Fraction(BigInteger.valueOf(numerator), BigInteger.valueOf(denominator));
        }

        /** Returns this + other. */
        public Fraction plus(Fraction other) {
            return reduced(
                    numerator.multiply(other.denominator).add(other.numerator.multiply(denominator)),
                    denominator.multiply(other.denominator));
        }

        /** Returns this · other. */
        public Fraction times(Fraction other) {
            return reduced(numerator.multiply(other.numerator), denominator.multiply(other.denominator));
        }

        /** Returns −this. */
        public Fraction negative() {
            return new Fraction(numerator.negate(), denominator);
        }

        /** Returns 1/this; this must not be zero. */
        public Fraction inverse() {
            return reduced(denominator, numerator);
        }

        /** Returns the nearest double. */
        public double value() {
            return numerator.doubleValue() / denominator.doubleValue();
        }

        /** Returns the number as people write it: {@code −3/4}. */
        @Override
        public String toString() {
            String whole = (numerator.signum() < 0 ? "−" : "") + numerator.abs();
            return denominator.equals(BigInteger.ONE) ? whole : whole + "/" + denominator;
        }

        private static Fraction reduced(BigInteger numerator, BigInteger denominator) {
            BigInteger divisor = numerator.gcd(denominator);
            if (denominator.signum() < 0) {
                divisor = divisor.negate();
            }
            return new Fraction(numerator.divide(divisor), denominator.divide(divisor));
        }
    }
}
