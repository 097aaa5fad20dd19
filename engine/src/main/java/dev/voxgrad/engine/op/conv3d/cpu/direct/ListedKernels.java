package dev.voxgrad.engine.op.conv3d.cpu.direct;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.MicroKernels;

/**
 * The innermost loops over the lists of {@link PositionLists}: like {@link MicroKernels}, but the positions are
 * anywhere.
 */
final class ListedKernels {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.COUNT;

    private ListedKernels() {}

    /**
     * c[to[i + p], :] += Σ over k &lt; length of a[a0 + from[i + p] + k] · b[b0 + k·2 vectors, :] for 7 positions p and
     * two vectors of channels.
     */
    static void addProducts7(float[] a, int a0, int[] from, int[] to, int i, float[] b, int b0, int length, float[] c) {
        int a1 = a0 + from[i];
        int a2 = a0 + from[i + 1];
        int a3 = a0 + from[i + 2];
        int a4 = a0 + from[i + 3];
        int a5 = a0 + from[i + 4];
        int a6 = a0 + from[i + 5];
        int a7 = a0 + from[i + 6];
        int t1 = to[i];
        int t2 = to[i + 1];
        int t3 = to[i + 2];
        int t4 = to[i + 3];
        int t5 = to[i + 4];
        int t6 = to[i + 5];
        int t7 = to[i + 6];
        FloatVector c1l = FloatVector.fromArray(S, c, t1);
        FloatVector c1h = FloatVector.fromArray(S, c, t1 + L);
        FloatVector c2l = FloatVector.fromArray(S, c, t2);
        FloatVector c2h = FloatVector.fromArray(S, c, t2 + L);
        FloatVector c3l = FloatVector.fromArray(S, c, t3);
        FloatVector c3h = FloatVector.fromArray(S, c, t3 + L);
        FloatVector c4l = FloatVector.fromArray(S, c, t4);
        FloatVector c4h = FloatVector.fromArray(S, c, t4 + L);
        FloatVector c5l = FloatVector.fromArray(S, c, t5);
        FloatVector c5h = FloatVector.fromArray(S, c, t5 + L);
        FloatVector c6l = FloatVector.fromArray(S, c, t6);
        FloatVector c6h = FloatVector.fromArray(S, c, t6 + L);
        FloatVector c7l = FloatVector.fromArray(S, c, t7);
        FloatVector c7h = FloatVector.fromArray(S, c, t7 + L);
        for (int k = 0; k < length; k++) {
            FloatVector low = FloatVector.fromArray(S, b, b0 + k * 2 * L);
            FloatVector high = FloatVector.fromArray(S, b, b0 + k * 2 * L + L);
            FloatVector x = FloatVector.broadcast(S, a[a1 + k]);
            c1l = x.fma(low, c1l);
            c1h = x.fma(high, c1h);
            x = FloatVector.broadcast(S, a[a2 + k]);
            c2l = x.fma(low, c2l);
            c2h = x.fma(high, c2h);
            x = FloatVector.broadcast(S, a[a3 + k]);
            c3l = x.fma(low, c3l);
            c3h = x.fma(high, c3h);
            x = FloatVector.broadcast(S, a[a4 + k]);
            c4l = x.fma(low, c4l);
            c4h = x.fma(high, c4h);
            x = FloatVector.broadcast(S, a[a5 + k]);
            c5l = x.fma(low, c5l);
            c5h = x.fma(high, c5h);
            x = FloatVector.broadcast(S, a[a6 + k]);
            c6l = x.fma(low, c6l);
            c6h = x.fma(high, c6h);
            x = FloatVector.broadcast(S, a[a7 + k]);
            c7l = x.fma(low, c7l);
            c7h = x.fma(high, c7h);
        }
        c1l.intoArray(c, t1);
        c1h.intoArray(c, t1 + L);
        c2l.intoArray(c, t2);
        c2h.intoArray(c, t2 + L);
        c3l.intoArray(c, t3);
        c3h.intoArray(c, t3 + L);
        c4l.intoArray(c, t4);
        c4h.intoArray(c, t4 + L);
        c5l.intoArray(c, t5);
        c5h.intoArray(c, t5 + L);
        c6l.intoArray(c, t6);
        c6h.intoArray(c, t6 + L);
        c7l.intoArray(c, t7);
        c7h.intoArray(c, t7 + L);
    }

    /**
     * c[to[i + p], :] += Σ over k &lt; length of a[a0 + from[i + p] + k] · b[b0 + k·2 vectors, :] for 4 positions p and
     * two vectors of channels.
     */
    static void addProducts4(float[] a, int a0, int[] from, int[] to, int i, float[] b, int b0, int length, float[] c) {
        int a1 = a0 + from[i];
        int a2 = a0 + from[i + 1];
        int a3 = a0 + from[i + 2];
        int a4 = a0 + from[i + 3];
        int t1 = to[i];
        int t2 = to[i + 1];
        int t3 = to[i + 2];
        int t4 = to[i + 3];
        FloatVector c1l = FloatVector.fromArray(S, c, t1);
        FloatVector c1h = FloatVector.fromArray(S, c, t1 + L);
        FloatVector c2l = FloatVector.fromArray(S, c, t2);
        FloatVector c2h = FloatVector.fromArray(S, c, t2 + L);
        FloatVector c3l = FloatVector.fromArray(S, c, t3);
        FloatVector c3h = FloatVector.fromArray(S, c, t3 + L);
        FloatVector c4l = FloatVector.fromArray(S, c, t4);
        FloatVector c4h = FloatVector.fromArray(S, c, t4 + L);
        for (int k = 0; k < length; k++) {
            FloatVector low = FloatVector.fromArray(S, b, b0 + k * 2 * L);
            FloatVector high = FloatVector.fromArray(S, b, b0 + k * 2 * L + L);
            FloatVector x = FloatVector.broadcast(S, a[a1 + k]);
            c1l = x.fma(low, c1l);
            c1h = x.fma(high, c1h);
            x = FloatVector.broadcast(S, a[a2 + k]);
            c2l = x.fma(low, c2l);
            c2h = x.fma(high, c2h);
            x = FloatVector.broadcast(S, a[a3 + k]);
            c3l = x.fma(low, c3l);
            c3h = x.fma(high, c3h);
            x = FloatVector.broadcast(S, a[a4 + k]);
            c4l = x.fma(low, c4l);
            c4h = x.fma(high, c4h);
        }
        c1l.intoArray(c, t1);
        c1h.intoArray(c, t1 + L);
        c2l.intoArray(c, t2);
        c2h.intoArray(c, t2 + L);
        c3l.intoArray(c, t3);
        c3h.intoArray(c, t3 + L);
        c4l.intoArray(c, t4);
        c4h.intoArray(c, t4 + L);
    }

    /** Does the same for 7 positions and one vector of channels; the other one of each k is skipped. */
    static void addNarrowProducts7(
            float[] a, int a0, int[] from, int[] to, int i, float[] b, int b0, int length, float[] c) {
        int a1 = a0 + from[i];
        int a2 = a0 + from[i + 1];
        int a3 = a0 + from[i + 2];
        int a4 = a0 + from[i + 3];
        int a5 = a0 + from[i + 4];
        int a6 = a0 + from[i + 5];
        int a7 = a0 + from[i + 6];
        FloatVector c1 = FloatVector.fromArray(S, c, to[i]);
        FloatVector c2 = FloatVector.fromArray(S, c, to[i + 1]);
        FloatVector c3 = FloatVector.fromArray(S, c, to[i + 2]);
        FloatVector c4 = FloatVector.fromArray(S, c, to[i + 3]);
        FloatVector c5 = FloatVector.fromArray(S, c, to[i + 4]);
        FloatVector c6 = FloatVector.fromArray(S, c, to[i + 5]);
        FloatVector c7 = FloatVector.fromArray(S, c, to[i + 6]);
        for (int k = 0; k < length; k++) {
            FloatVector w = FloatVector.fromArray(S, b, b0 + k * 2 * L);
            c1 = FloatVector.broadcast(S, a[a1 + k]).fma(w, c1);
            c2 = FloatVector.broadcast(S, a[a2 + k]).fma(w, c2);
            c3 = FloatVector.broadcast(S, a[a3 + k]).fma(w, c3);
            c4 = FloatVector.broadcast(S, a[a4 + k]).fma(w, c4);
            c5 = FloatVector.broadcast(S, a[a5 + k]).fma(w, c5);
            c6 = FloatVector.broadcast(S, a[a6 + k]).fma(w, c6);
            c7 = FloatVector.broadcast(S, a[a7 + k]).fma(w, c7);
        }
        c1.intoArray(c, to[i]);
        c2.intoArray(c, to[i + 1]);
        c3.intoArray(c, to[i + 2]);
        c4.intoArray(c, to[i + 3]);
        c5.intoArray(c, to[i + 4]);
        c6.intoArray(c, to[i + 5]);
        c7.intoArray(c, to[i + 6]);
    }

    /** Does the same for 4 positions and one vector of channels; the other one of each k is skipped. */
    static void addNarrowProducts4(
            float[] a, int a0, int[] from, int[] to, int i, float[] b, int b0, int length, float[] c) {
        int a1 = a0 + from[i];
        int a2 = a0 + from[i + 1];
        int a3 = a0 + from[i + 2];
        int a4 = a0 + from[i + 3];
        FloatVector c1 = FloatVector.fromArray(S, c, to[i]);
        FloatVector c2 = FloatVector.fromArray(S, c, to[i + 1]);
        FloatVector c3 = FloatVector.fromArray(S, c, to[i + 2]);
        FloatVector c4 = FloatVector.fromArray(S, c, to[i + 3]);
        for (int k = 0; k < length; k++) {
            FloatVector w = FloatVector.fromArray(S, b, b0 + k * 2 * L);
            c1 = FloatVector.broadcast(S, a[a1 + k]).fma(w, c1);
            c2 = FloatVector.broadcast(S, a[a2 + k]).fma(w, c2);
            c3 = FloatVector.broadcast(S, a[a3 + k]).fma(w, c3);
            c4 = FloatVector.broadcast(S, a[a4 + k]).fma(w, c4);
        }
        c1.intoArray(c, to[i]);
        c2.intoArray(c, to[i + 1]);
        c3.intoArray(c, to[i + 2]);
        c4.intoArray(c, to[i + 3]);
    }
}
