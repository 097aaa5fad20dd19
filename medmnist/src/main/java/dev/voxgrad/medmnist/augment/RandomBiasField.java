package dev.voxgrad.medmnist.augment;

import java.util.Arrays;

import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.volume.Volume;

/**
 * Multiplies by a smooth field of brightness, such as uneven coils of a scanner cause: {@code y = x·B} with
 *
 * <pre>{@code
 * B(i,j,k) = exp( Σ c(a,b,c)·xᵢᵃ·yⱼᵇ·z_kᶜ ),   a + b + c ≤ 3,   xᵢ = (i − m)/m, m = (n − 1)/2, likewise y and z
 * }</pre>
 *
 * and 20 coefficients ~ U(−{@code range}, {@code range}), the constant among them, shared by the channels. On an axis
 * of one voxel the coordinate is 0. As TorchIO's {@code RandomBiasField} of order 3.
 *
 * @param range largest coefficient
 */
public record RandomBiasField(double range) implements Transform {
    /** TorchIO's default. */
    public static final double RANGE = 0.5;

    private static final int ORDER = 3;
    private static final int COEFFICIENTS = 20;

    @Override
    public String name() {
        return "bias";
    }

    @Override
    public String description() {
        return "multiplies by exp of a polynomial of order " + ORDER + ", its " + COEFFICIENTS + " coefficients from -"
                + Words.number(range) + " to " + Words.number(range);
    }

    @Override
    public BiasField draw(RandomStream random, Volume volume) {
        double[] coefficients = new double[COEFFICIENTS];
        for (int i = 0; i < COEFFICIENTS; i++) {
            coefficients[i] = random.uniform(-range, range);
        }
        return new BiasField(coefficients);
    }

    /**
     * Represents the field with these coefficients.
     *
     * @param coefficients 20 of them, in the order {@code for a in 0..3, b in 0..3−a, c in 0..3−a−b}
     */
    public record BiasField(double[] coefficients) implements Change {
        public BiasField {
            if (coefficients.length != COEFFICIENTS) {
                throw new IllegalArgumentException(
                        "bias field: expected " + COEFFICIENTS + " coefficients, was " + coefficients.length);
            }
        }

        @Override
        public void apply(Volume volume) {
            double[] x = coordinates(volume.x());
            double[] y = coordinates(volume.y());
            double[] z = coordinates(volume.z());
            double[] field = new double[z.length];
            int row = 0;
            for (double xi : x) {
                for (double yj : y) {
                    fieldOfRow(xi, yj, z, field);
                    for (int channel = 0; channel < volume.channels(); channel++) {
                        multiply(volume.values(), channel * volume.voxels() + row, field);
                    }
                    row += z.length;
                }
            }
        }

        /** Returns the coordinates of n voxels, from −1 to 1. */
        private static double[] coordinates(int n) {
            double middle = (n - 1) / 2.0;
            double[] coordinates = new double[n];
            for (int i = 0; i < n && n > 1; i++) {
                coordinates[i] = (i - middle) / middle;
            }
            return coordinates;
        }

        /** Computes the field of a row, in which the exponent is a polynomial in z alone. */
        private void fieldOfRow(double x, double y, double[] z, double[] field) {
            double[] inZ = new double[ORDER + 1];
            int next = 0;
            double powerOfX = 1;
            for (int a = 0; a <= ORDER; a++) {
                double powers = powerOfX;
                for (int b = 0; b <= ORDER - a; b++) {
                    for (int c = 0; c <= ORDER - a - b; c++) {
                        inZ[c] += coefficients[next++] * powers;
                    }
                    powers *= y;
                }
                powerOfX *= x;
            }
            for (int k = 0; k < z.length; k++) {
                field[k] = Math.exp(inZ[0] + z[k] * (inZ[1] + z[k] * (inZ[2] + z[k] * inZ[3])));
            }
        }

        private static void multiply(float[] values, int from, double[] factors) {
            for (int k = 0; k < factors.length; k++) {
                values[from + k] = (float) (values[from + k] * factors[k]);
            }
        }

        @Override
        public String toString() {
            double largest = Arrays.stream(coefficients).map(Math::abs).max().orElseThrow();
            return "bias field, largest coefficient " + Words.number(largest);
        }
    }
}
