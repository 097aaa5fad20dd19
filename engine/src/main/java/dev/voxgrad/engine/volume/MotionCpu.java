package dev.voxgrad.engine.volume;

import dev.voxgrad.engine.device.cpu.SmallGemm;

/**
 * Simulates the artefact of a patient who moves while the planes of the spectrum along Z are recorded one after
 * another.
 *
 * <p>With S the spectrum of a volume (discrete Fourier transform over the three axes, frequency 0 in the middle), the
 * planes [0, i₁) along the last axis come from the volume v₁, [i₁, i₂) from v₀, and [i₂, n) from v₂; the output is the
 * real part of the inverse transform.
 *
 * <p><b>No transform is computed.</b> Whole planes are exchanged, so the transforms over X and Y cancel, and with
 * mₛ(j) = 1 on the planes of volume s, what remains is a circular convolution along Z:
 *
 * <pre>{@code
 * y = Σₛ hₛ ∗ vₛ,   hₛ[d] = 1/n · Σⱼ mₛ(j) · cos(2π·(j − ⌊n/2⌋)·d/n)        (the real part, since v is real)
 * }</pre>
 *
 * <p>As m₀ + m₁ + m₂ = 1, h₀ + h₁ + h₂ is the unit impulse, and {@code y = v₀ + h₁ ∗ (v₁ − v₀) + h₂ ∗ (v₂ − v₀)}: the
 * rows of the two differences times two circulant matrices of n × n. For the sizes of volumes this takes a small
 * fraction of the time of four transforms over three axes, for any n, and is more exact.
 */
public final class MotionCpu {
    private static final int ROWS = SmallGemm.ROWS;
    private static final int COLUMNS = SmallGemm.COLUMNS;

    private MotionCpu() {}

    /**
     * Replaces the volume by one whose recording was disturbed by two movements.
     *
     * @param first the map that resamples the volume for the first movement, which gives v₁; see {@link ResampleCpu}
     * @param second the map for v₂
     * @param start i₁, the first plane of the volume itself
     * @param end i₂, the plane after its last one
     */
    public static void apply(Volume volume, AffineMap first, AffineMap second, int start, int end) {
        int n = volume.z();
        if (start < 0 || end < start || end > n) {
            throw new IllegalArgumentException(
                    "motion: the planes " + start + " to " + end + " stay; expected 0 <= first <= end <= " + n);
        }
        ResampleCpu.apply(volume, first, 0);
        ResampleCpu.apply(volume, second, 1);
        float[][] panels = new float[Math.ceilDiv(n, COLUMNS)][2 * n * COLUMNS];
        circulant(response(n, 0, start), panels, 0);
        circulant(response(n, end, n), panels, n);
        mix(volume, n, panels);
    }

    /** Returns h for the planes [from, to). */
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

    /**
     * Writes the matrix (n × n) whose row i and column k is h[k − i], so that a row vector times it is the convolution.
     *
     * @param panels blocks of columns, each row-major; the matrix starts at their row {@code firstRow}
     */
    private static void circulant(double[] h, float[][] panels, int firstRow) {
        int n = h.length;
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < n; k++) {
                panels[k / COLUMNS][(firstRow + i) * COLUMNS + k % COLUMNS] = (float) h[Math.floorMod(k - i, n)];
            }
        }
    }

    /** Adds to every row of the volume its differences (v₁ − v₀, v₂ − v₀) times the matrices (2n × n). */
    private static void mix(Volume volume, int n, float[][] panels) {
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
            for (int block = 0; block < panels.length; block++) {
                SmallGemm.multiplyRows(differences, 0, 1, ROWS, 2 * n, panels[block], tile);
                int column = block * COLUMNS;
                for (int r = 0; r < rows; r++) {
                    int to = from + r * n + column;
                    for (int k = 0; k < Math.min(COLUMNS, n - column); k++) {
                        values[to + k] += tile[r * COLUMNS + k];
                    }
                }
            }
        }
    }
}
