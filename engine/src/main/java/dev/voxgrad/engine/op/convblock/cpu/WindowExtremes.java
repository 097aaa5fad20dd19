package dev.voxgrad.engine.op.convblock.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.device.cpu.Lanes;

/**
 * Finds the extreme z of each window of 2×2×2 channels-last voxels: the one that the result of a max pool after batch
 * norm and ReLU comes from.
 */
final class WindowExtremes {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    private WindowExtremes() {}

    /**
     * Finds for each window of 2×2×2 voxels a z whose a(z) is the largest: the largest z, or the smallest if the factor
     * is negative, since rounding keeps the order. Others may have the same a(z); see {@link NormReluPool#winners}.
     *
     * @param weight γ of each channel, whose sign is the factor's
     * @param z the first window's first voxel at {@code from}; its neighbours follow at distances {@code voxel},
     *     {@code row} and {@code plane}
     * @param extremes receives the windows' results, one after the other, from index {@code at}
     */
    static void find(
            float[] weight,
            int channels,
            float[] z,
            int from,
            int voxel,
            int row,
            int plane,
            int windows,
            float[] extremes,
            int at) {
        int c = 0;
        for (; c <= channels - S.length(); c += S.length()) {
            findVector(weight, c, z, from + c, voxel, row, plane, windows, extremes, at + c, channels);
        }
        for (; c < channels; c++) {
            float sign = weight[c] < 0 ? -1 : 1;
            for (int w = 0; w < windows; w++) {
                float best = Float.NEGATIVE_INFINITY;
                for (int i = 0; i < 8; i++) {
                    best = Math.max(best, sign * z[from + c + 2 * w * voxel + offset(i, voxel, row, plane)]);
                }
                extremes[at + w * channels + c] = sign * best;
            }
        }
    }

    /** Returns how far the {@code i}-th of a window's eight voxels is from its first. */
    static int offset(int i, int voxel, int row, int plane) {
        return i / 4 * plane + i / 2 % 2 * row + i % 2 * voxel;
    }

    private static void findVector(
            float[] weight,
            int c,
            float[] z,
            int from,
            int voxel,
            int row,
            int plane,
            int windows,
            float[] extremes,
            int at,
            int step) {
        FloatVector zero = FloatVector.zero(S);
        VectorMask<Float> negative = FloatVector.fromArray(S, weight, c).compare(VectorOperators.LT, zero);
        FloatVector sign = FloatVector.broadcast(S, 1).blend(FloatVector.broadcast(S, -1), negative);
        for (int w = 0; w < windows; w++) {
            int i = from + 2 * w * voxel;
            FloatVector near = largestOf4(z, i, voxel, row, sign);
            near.max(largestOf4(z, i + plane, voxel, row, sign)).mul(sign).intoArray(extremes, at + w * step);
        }
    }

    private static FloatVector largestOf4(float[] z, int i, int voxel, int row, FloatVector sign) {
        FloatVector a = FloatVector.fromArray(S, z, i).mul(sign);
        FloatVector b = FloatVector.fromArray(S, z, i + voxel).mul(sign);
        FloatVector c = FloatVector.fromArray(S, z, i + row).mul(sign);
        FloatVector d = FloatVector.fromArray(S, z, i + row + voxel).mul(sign);
        return a.max(b).max(c.max(d));
    }
}
