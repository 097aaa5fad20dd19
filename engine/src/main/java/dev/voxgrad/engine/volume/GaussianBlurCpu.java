package dev.voxgrad.engine.volume;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.device.cpu.Lanes;

/**
 * Applies a separable Gaussian blur, axis by axis in the order X, Y, Z:
 *
 * <pre>{@code
 * y[i] = Σₖ w[k] · x[mirror(i + k)],   k = −r … r,   w[k] ∝ exp(−k² / 2σ²),  Σ w = 1,   r = ⌊4σ + ½⌋
 * }</pre>
 *
 * <p>The border is mirrored between voxels (d c b a | a b c d | d c b a), as often as needed. An axis whose σ is at
 * most 10⁻¹⁵ is not blurred. The result equals that of {@code scipy.ndimage.gaussian_filter} with its default mode, one
 * axis at a time.
 *
 * <p>Along X and Y, a vector holds neighbours on the faster axes. Along Z, it holds neighbours on Z itself, from a copy
 * of the row with its mirrored border. The sum over k stays in a register.
 */
public final class GaussianBlurCpu {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final double SMALLEST_SIGMA = 1e-15;

    private GaussianBlurCpu() {}

    /**
     * Blurs all channels.
     *
     * @param sigmaX the standard deviation along X in voxels, at least 0
     * @param sigmaY the standard deviation along Y
     * @param sigmaZ the standard deviation along Z
     */
    public static void apply(Volume volume, double sigmaX, double sigmaY, double sigmaZ) {
        int x = volume.x();
        int y = volume.y();
        int z = volume.z();
        blur(volume, sigmaX, volume.channels(), x, y * z);
        blur(volume, sigmaY, volume.channels() * x, y, z);
        blur(volume, sigmaZ, volume.channels() * x * y, z, 1);
    }

    /** Blurs along the middle axis of (outer, n, inner). */
    private static void blur(Volume volume, double sigma, int outer, int n, int inner) {
        if (!(sigma >= 0 && sigma <= Integer.MAX_VALUE / 16)) {
            throw new IllegalArgumentException("blur: sigma is " + sigma + "; expected a number of voxels, 0 or more");
        }
        if (sigma <= SMALLEST_SIGMA) {
            return;
        }
        float[] weights = weights(sigma);
        int[] sources = sources(n, weights.length / 2);
        if (inner == 1) {
            alongRows(volume.values(), volume.spare(0), outer, n, weights, sources);
        } else {
            acrossRows(volume.values(), volume.spare(0), outer, n, inner, weights, sources);
        }
        volume.swap();
    }

    /** Returns w[−r] … w[r]. */
    private static float[] weights(double sigma) {
        int radius = (int) (4 * sigma + 0.5);
        double[] bell = new double[2 * radius + 1];
        double sum = 0;
        for (int k = -radius; k <= radius; k++) {
            bell[k + radius] = Math.exp(-0.5 * k * k / (sigma * sigma));
            sum += bell[k + radius];
        }
        float[] weights = new float[bell.length];
        for (int k = 0; k < bell.length; k++) {
            weights[k] = (float) (bell[k] / sum);
        }
        return weights;
    }

    /** Returns mirror(i) for i = −r … n−1+r. */
    private static int[] sources(int n, int radius) {
        int[] sources = new int[n + 2 * radius];
        for (int i = 0; i < sources.length; i++) {
            int inPeriod = Math.floorMod(i - radius, 2 * n);
            sources[i] = inPeriod < n ? inPeriod : 2 * n - 1 - inPeriod;
        }
        return sources;
    }

    private static void acrossRows(
            float[] in, float[] out, int outer, int n, int inner, float[] weights, int[] sources) {
        int[] offsets = new int[weights.length];
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < n; i++) {
                for (int k = 0; k < weights.length; k++) {
                    offsets[k] = (o * n + sources[i + k]) * inner;
                }
                weightedSum(in, offsets, weights, inner, out, (o * n + i) * inner);
            }
        }
    }

    private static void alongRows(float[] in, float[] out, int rows, int n, float[] weights, int[] sources) {
        float[] row = new float[sources.length];
        int[] offsets = new int[weights.length];
        for (int k = 0; k < offsets.length; k++) {
            offsets[k] = k;
        }
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < row.length; i++) {
                row[i] = in[r * n + sources[i]];
            }
            weightedSum(row, offsets, weights, n, out, r * n);
        }
    }

    /** Computes out[to + c] = Σₖ weights[k] · in[offsets[k] + c] for c = 0 … count−1. */
    private static void weightedSum(float[] in, int[] offsets, float[] weights, int count, float[] out, int to) {
        if (count < S.length()) {
            for (int c = 0; c < count; c++) {
                float sum = 0;
                for (int k = 0; k < weights.length; k++) {
                    sum = Math.fma(weights[k], in[offsets[k] + c], sum);
                }
                out[to + c] = sum;
            }
            return;
        }
        for (int start = 0; start < count; start += S.length()) {
            int c = Math.min(start, count - S.length()); // the last vector overlaps the previous one
            FloatVector sum = FloatVector.zero(S);
            for (int k = 0; k < weights.length; k++) {
                sum = FloatVector.fromArray(S, in, offsets[k] + c).fma(FloatVector.broadcast(S, weights[k]), sum);
            }
            sum.intoArray(out, to + c);
        }
    }
}
