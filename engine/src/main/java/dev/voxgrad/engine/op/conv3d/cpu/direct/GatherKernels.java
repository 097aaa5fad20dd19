package dev.voxgrad.engine.op.conv3d.cpu.direct;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.MicroKernels;
import dev.voxgrad.engine.op.conv3d.cpu.few.TiledFewChannelsConv3d;

/**
 * The innermost loops of {@link TiledFewChannelsConv3d}: like {@link MicroKernels}, but the values to broadcast are at
 * given offsets.
 */
public final class GatherKernels {
    /** Number of voxels, or of weights, that are processed together. */
    public static final int STEP = 7;

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.COUNT;

    private GatherKernels() {}

    /**
     * Computes c[p·cStep, :] = bias + Σ over k &lt; n of a[p·step + offsets[k]] · b[k, :] for 7 positions p and two
     * vectors of channels.
     */
    public static void products7(
            float[] a,
            int a0,
            int step,
            int[] offsets,
            int n,
            float[] b,
            int b0,
            float[] bias,
            int bias0,
            float[] c,
            int c0,
            int cStep) {
        FloatVector c0l = FloatVector.fromArray(S, bias, bias0);
        FloatVector c0h = FloatVector.fromArray(S, bias, bias0 + L);
        FloatVector c1l = c0l;
        FloatVector c1h = c0h;
        FloatVector c2l = c0l;
        FloatVector c2h = c0h;
        FloatVector c3l = c0l;
        FloatVector c3h = c0h;
        FloatVector c4l = c0l;
        FloatVector c4h = c0h;
        FloatVector c5l = c0l;
        FloatVector c5h = c0h;
        FloatVector c6l = c0l;
        FloatVector c6h = c0h;
        for (int k = 0; k < n; k++) {
            FloatVector low = FloatVector.fromArray(S, b, b0 + k * 2 * L);
            FloatVector high = FloatVector.fromArray(S, b, b0 + k * 2 * L + L);
            int i = a0 + offsets[k];
            FloatVector x = FloatVector.broadcast(S, a[i]);
            c0l = x.fma(low, c0l);
            c0h = x.fma(high, c0h);
            x = FloatVector.broadcast(S, a[i + step]);
            c1l = x.fma(low, c1l);
            c1h = x.fma(high, c1h);
            x = FloatVector.broadcast(S, a[i + 2 * step]);
            c2l = x.fma(low, c2l);
            c2h = x.fma(high, c2h);
            x = FloatVector.broadcast(S, a[i + 3 * step]);
            c3l = x.fma(low, c3l);
            c3h = x.fma(high, c3h);
            x = FloatVector.broadcast(S, a[i + 4 * step]);
            c4l = x.fma(low, c4l);
            c4h = x.fma(high, c4h);
            x = FloatVector.broadcast(S, a[i + 5 * step]);
            c5l = x.fma(low, c5l);
            c5h = x.fma(high, c5h);
            x = FloatVector.broadcast(S, a[i + 6 * step]);
            c6l = x.fma(low, c6l);
            c6h = x.fma(high, c6h);
        }
        c0l.intoArray(c, c0);
        c0h.intoArray(c, c0 + L);
        c1l.intoArray(c, c0 + cStep);
        c1h.intoArray(c, c0 + cStep + L);
        c2l.intoArray(c, c0 + 2 * cStep);
        c2h.intoArray(c, c0 + 2 * cStep + L);
        c3l.intoArray(c, c0 + 3 * cStep);
        c3h.intoArray(c, c0 + 3 * cStep + L);
        c4l.intoArray(c, c0 + 4 * cStep);
        c4h.intoArray(c, c0 + 4 * cStep + L);
        c5l.intoArray(c, c0 + 5 * cStep);
        c5h.intoArray(c, c0 + 5 * cStep + L);
        c6l.intoArray(c, c0 + 6 * cStep);
        c6h.intoArray(c, c0 + 6 * cStep + L);
    }

    /**
     * c[i, :] += Σ over rows r and positions p of a[a0 + r·aRow + p·aStep + offsets[first + i]] · b[b0 + r·bRow +
     * p·bStep, :] for 7 offsets i and two vectors of channels.
     */
    public static void addOuter7(
            float[] a,
            int a0,
            int aRow,
            int aStep,
            int[] offsets,
            int first,
            float[] b,
            int b0,
            int bRow,
            int bStep,
            int rows,
            int positions,
            float[] c,
            int c0) {
        int o0 = a0 + offsets[first];
        int o1 = a0 + offsets[first + 1];
        int o2 = a0 + offsets[first + 2];
        int o3 = a0 + offsets[first + 3];
        int o4 = a0 + offsets[first + 4];
        int o5 = a0 + offsets[first + 5];
        int o6 = a0 + offsets[first + 6];
        FloatVector c0l = FloatVector.fromArray(S, c, c0);
        FloatVector c0h = FloatVector.fromArray(S, c, c0 + L);
        FloatVector c1l = FloatVector.fromArray(S, c, c0 + 2 * L);
        FloatVector c1h = FloatVector.fromArray(S, c, c0 + 3 * L);
        FloatVector c2l = FloatVector.fromArray(S, c, c0 + 4 * L);
        FloatVector c2h = FloatVector.fromArray(S, c, c0 + 5 * L);
        FloatVector c3l = FloatVector.fromArray(S, c, c0 + 6 * L);
        FloatVector c3h = FloatVector.fromArray(S, c, c0 + 7 * L);
        FloatVector c4l = FloatVector.fromArray(S, c, c0 + 8 * L);
        FloatVector c4h = FloatVector.fromArray(S, c, c0 + 9 * L);
        FloatVector c5l = FloatVector.fromArray(S, c, c0 + 10 * L);
        FloatVector c5h = FloatVector.fromArray(S, c, c0 + 11 * L);
        FloatVector c6l = FloatVector.fromArray(S, c, c0 + 12 * L);
        FloatVector c6h = FloatVector.fromArray(S, c, c0 + 13 * L);
        for (int r = 0; r < rows; r++) {
            int ia = r * aRow;
            int ib = b0 + r * bRow;
            for (int p = 0; p < positions; p++) {
                FloatVector low = FloatVector.fromArray(S, b, ib);
                FloatVector high = FloatVector.fromArray(S, b, ib + L);
                FloatVector x = FloatVector.broadcast(S, a[ia + o0]);
                c0l = x.fma(low, c0l);
                c0h = x.fma(high, c0h);
                x = FloatVector.broadcast(S, a[ia + o1]);
                c1l = x.fma(low, c1l);
                c1h = x.fma(high, c1h);
                x = FloatVector.broadcast(S, a[ia + o2]);
                c2l = x.fma(low, c2l);
                c2h = x.fma(high, c2h);
                x = FloatVector.broadcast(S, a[ia + o3]);
                c3l = x.fma(low, c3l);
                c3h = x.fma(high, c3h);
                x = FloatVector.broadcast(S, a[ia + o4]);
                c4l = x.fma(low, c4l);
                c4h = x.fma(high, c4h);
                x = FloatVector.broadcast(S, a[ia + o5]);
                c5l = x.fma(low, c5l);
                c5h = x.fma(high, c5h);
                x = FloatVector.broadcast(S, a[ia + o6]);
                c6l = x.fma(low, c6l);
                c6h = x.fma(high, c6h);
                ia += aStep;
                ib += bStep;
            }
        }
        c0l.intoArray(c, c0);
        c0h.intoArray(c, c0 + L);
        c1l.intoArray(c, c0 + 2 * L);
        c1h.intoArray(c, c0 + 3 * L);
        c2l.intoArray(c, c0 + 4 * L);
        c2h.intoArray(c, c0 + 5 * L);
        c3l.intoArray(c, c0 + 6 * L);
        c3h.intoArray(c, c0 + 7 * L);
        c4l.intoArray(c, c0 + 8 * L);
        c4h.intoArray(c, c0 + 9 * L);
        c5l.intoArray(c, c0 + 10 * L);
        c5h.intoArray(c, c0 + 11 * L);
        c6l.intoArray(c, c0 + 12 * L);
        c6h.intoArray(c, c0 + 13 * L);
    }
}
