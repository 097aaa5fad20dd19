package dev.voxgrad.engine.volume;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.device.cpu.Lanes;

/**
 * The artefact of a patient who moves while the planes of the spectrum along Z are recorded one after the other.
 *
 * <p>With S the spectrum of a volume (discrete Fourier transform over the three axes, frequency 0 in the middle), the
 * planes [0, i₁) along the last axis come from the volume v₁ before, [i₁, i₂) from v₀, and [i₂, n) from v₂; the output
 * is the real part of the inverse transform.
 *
 * <p><b>No transform is computed.</b> Whole planes are exchanged, so the transforms over X and Y cancel, and with
 * mₛ(j) = 1 on the planes of volume s, what remains is a circular convolution along Z:
 *
 * <pre>{@code
 * y = Σₛ hₛ ∗ vₛ,   hₛ[d] = 1/n · Σⱼ mₛ(j) · cos(2π·(j − ⌊n/2⌋)·d/n)        (the real part, since v is real)
 * }</pre>
 *
 * <p>As m₀ + m₁ + m₂ = 1, h₀ + h₁ + h₂ is the unit impulse, and {@code y = v₀ + h₁ ∗ (v₁ − v₀) + h₂ ∗ (v₂ − v₀)}: the
 * rows of the two differences times two circulant matrices of n × n. For the sizes of volumes that is a small fraction
 * of what four transforms over three axes take, for any n, and more exact.
 */
public final class MotionCpu {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int ROWS = 4;
    private static final int COLUMNS = 2 * Lanes.COUNT;

    private MotionCpu() {}

    /**
     * Replaces the volume by one whose recording was disturbed twice.
     *
     * @param first the map by which the first movement resamples the volume, giving v₁; see {@link ResampleCpu}
     * @param second likewise for v₂
     * @param start i₁, where the planes of the volume itself begin
     * @param end i₂, where they end
     */
    public static void apply(Volume volume, AffineMap first, AffineMap second, int start, int end) {
        int n = volume.z();
        if (start < 0 || end < start || end > n) {
            throw new IllegalArgumentException(
                    "motion: the planes " + start + " to " + end + " stay; expected 0 <= first <= end <= " + n);
        }
        ResampleCpu.apply(volume, first, 0);
        ResampleCpu.apply(volume, second, 1);
        int columns = Math.ceilDiv(n, COLUMNS) * COLUMNS;
        float[] matrices = new float[2 * n * columns];
        circulant(response(n, 0, start), columns, matrices, 0);
        circulant(response(n, end, n), columns, matrices, n * columns);
        mix(volume, n, columns, matrices);
    }

    /** h for the planes [from, to). */
    private static double[] response(int n, int from, int to) {
        double[] waves = new double[n];
        for (int i = 0; i < n; i++) {
            waves[i] = Math.cos(2 * Math.PI * i / n) / n;
        }
        double[] h = new double[n];
        for (int d = 0; d < n; d++) {
            for (int j = from; j < to; j++) {
                h[d] += waves[Math.floorMod((j - n / 2) * d, n)];
            }
        }
        return h;
    }

    /** Row i, column k of a matrix (n × columns): h[k − i], so that a row vector times it is the convolution. */
    private static void circulant(double[] h, int columns, float[] out, int at) {
        int n = h.length;
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < n; k++) {
                out[at + i * columns + k] = (float) h[Math.floorMod(k - i, n)];
            }
        }
    }

    /** Adds to every row of the volume its differences (v₁ − v₀, v₂ − v₀) times the matrices (2n × columns). */
    private static void mix(Volume volume, int n, int columns, float[] matrices) {
        float[] values = volume.values();
        float[] before = volume.spare(0);
        float[] after = volume.spare(1);
        float[] differences = new float[2 * n * ROWS];
        float[] tile = new float[ROWS * COLUMNS];
        for (int from = 0; from < values.length; from += ROWS * n) {
            int rows = Math.min(ROWS, (values.length - from) / n);
            for (int r = 0; r < rows; r++) {
                for (int i = 0; i < n; i++) {
                    int at = from + r * n + i;
                    differences[i * ROWS + r] = before[at] - values[at];
                    differences[(n + i) * ROWS + r] = after[at] - values[at];
                }
            }
            for (int column = 0; column < n; column += COLUMNS) {
                multiply(differences, matrices, 2 * n, columns, column, tile);
                for (int r = 0; r < rows; r++) {
                    int to = from + r * n + column;
                    for (int k = 0; k < Math.min(COLUMNS, n - column); k++) {
                        values[to + k] += tile[r * COLUMNS + k];
                    }
                }
            }
        }
    }

    /** tile (4 × 2 vectors) = the transposed of {@code a} (k × 4) times some columns of {@code b} (k × columns). */
    private static void multiply(float[] a, float[] b, int k, int columns, int column, float[] tile) {
        FloatVector c00 = FloatVector.zero(S);
        FloatVector c01 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c11 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S);
        FloatVector c21 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S);
        FloatVector c31 = FloatVector.zero(S);
        for (int i = 0; i < k; i++) {
            FloatVector b0 = FloatVector.fromArray(S, b, i * columns + column);
            FloatVector b1 = FloatVector.fromArray(S, b, i * columns + column + S.length());
            FloatVector a0 = FloatVector.broadcast(S, a[i * ROWS]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(S, a[i * ROWS + 1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(S, a[i * ROWS + 2]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(S, a[i * ROWS + 3]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
        }
        c00.intoArray(tile, 0);
        c01.intoArray(tile, S.length());
        c10.intoArray(tile, COLUMNS);
        c11.intoArray(tile, COLUMNS + S.length());
        c20.intoArray(tile, 2 * COLUMNS);
        c21.intoArray(tile, 2 * COLUMNS + S.length());
        c30.intoArray(tile, 3 * COLUMNS);
        c31.intoArray(tile, 3 * COLUMNS + S.length());
    }
}
