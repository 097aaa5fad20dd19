package dev.voxgrad.engine.op.convblock.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneLayout;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneWriter;

/** Writes a convolution's output planes through ReLU and a max pool of 2×2×2. */
final class PoolWriter {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    private PoolWriter() {}

    /** Returns a writer into {@code a}, which has the pooled activation's channels-last layout without padding. */
    static PlaneWriter of(PlaneLayout layout, float[] a) {
        return (task, sample, first, count, planes, from) -> pool(layout, sample, first, count, planes, from, a);
    }

    /**
     * Writes the maxima of windows. Planes come in pairs, starting with an even one; what is left over at odd ends is
     * in no window.
     */
    private static void pool(
            PlaneLayout layout, int sample, int first, int count, float[] planes, int from, float[] a) {
        Dims3 size = layout.size();
        int channels = layout.channels();
        int windows = size.w() / 2;
        for (int pair = 0; pair < count / 2; pair++) {
            for (int h = 0; h < size.h() / 2; h++) {
                int row = from + 2 * pair * layout.plane() + 2 * h * layout.row();
                int to = ((sample * (size.d() / 2) + first / 2 + pair) * (size.h() / 2) + h) * windows * channels;
                for (int w = 0; w < windows; w++) {
                    pool(planes, row + 2 * w * layout.voxel(), layout, channels, a, to + w * channels);
                }
            }
        }
    }

    /** Writes, for each channel, the largest of zero and a window's eight voxels. */
    private static void pool(float[] x, int from, PlaneLayout layout, int channels, float[] a, int to) {
        FloatVector zero = FloatVector.zero(S);
        int voxel = layout.voxel();
        int row = layout.row();
        int plane = layout.plane();
        int c = 0;
        for (; c <= channels - S.length(); c += S.length()) {
            int i = from + c;
            FloatVector near = largestOf4(x, i, voxel, row);
            near.max(largestOf4(x, i + plane, voxel, row)).max(zero).intoArray(a, to + c);
        }
        for (; c < channels; c++) {
            float best = 0;
            for (int i = 0; i < 8; i++) {
                best = Math.max(best, x[from + c + i / 4 * plane + i / 2 % 2 * row + i % 2 * voxel]);
            }
            a[to + c] = best;
        }
    }

    private static FloatVector largestOf4(float[] x, int i, int voxel, int row) {
        return FloatVector.fromArray(S, x, i)
                .max(FloatVector.fromArray(S, x, i + voxel))
                .max(FloatVector.fromArray(S, x, i + row).max(FloatVector.fromArray(S, x, i + row + voxel)));
    }
}
