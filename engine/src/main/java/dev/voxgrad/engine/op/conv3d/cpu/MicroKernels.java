package dev.voxgrad.engine.op.conv3d.cpu;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.device.cpu.Lanes;

/**
 * The innermost loops of convolution: they keep blocks of sums in vector registers while products are added to them.
 *
 * <p>Each sum is a local variable of its own, since C2 keeps vectors in registers only if they are neither in arrays
 * nor passed to methods that are not inlined. Sixteen sums of 512 bits hide the latency of the multiply-adds and leave
 * registers free; with more, C2 spills. 7 divides the nets' row lengths 28, 14 and 7; 4 fits the remainder of other
 * rows.
 */
public final class MicroKernels {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.COUNT;

    private MicroKernels() {}

    /**
     * c[p, :] += Σ over k of a[p·step + k] · b[k, :] for 7 positions p and two vectors of channels: 14 accumulators, in
     * 7 broadcasts and two loads per k.
     */
    public static void addProducts7(float[] a, int a0, int step, float[] b, int b0, int length, float[] c, int c0) {
        if (Lanes.FEW_REGISTERS) {
            SmallKernels.addProducts(a, a0, step, 7, b, b0, length, c, c0, 2 * L);
            return;
        }
        int a1 = a0 + step;
        int a2 = a1 + step;
        int a3 = a2 + step;
        int a4 = a3 + step;
        int a5 = a4 + step;
        int a6 = a5 + step;
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
        for (int k = 0; k < length; k++) {
            FloatVector low = FloatVector.fromArray(S, b, b0 + k * 2 * L);
            FloatVector high = FloatVector.fromArray(S, b, b0 + k * 2 * L + L);
            FloatVector x = FloatVector.broadcast(S, a[a0 + k]);
            c0l = x.fma(low, c0l);
            c0h = x.fma(high, c0h);
            x = FloatVector.broadcast(S, a[a1 + k]);
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

    /**
     * c[p, :] = Σ over k of a[p·step + k] · b[k, :] for 7 positions p and two vectors of channels: 14 accumulators, in
     * 7 broadcasts and two loads per k.
     */
    public static void products7(float[] a, int a0, int step, float[] b, int b0, int length, float[] c, int c0) {
        if (Lanes.FEW_REGISTERS) {
            Arrays.fill(c, c0, c0 + 7 * 2 * L, 0);
            SmallKernels.addProducts(a, a0, step, 7, b, b0, length, c, c0, 2 * L);
            return;
        }
        int a1 = a0 + step;
        int a2 = a1 + step;
        int a3 = a2 + step;
        int a4 = a3 + step;
        int a5 = a4 + step;
        int a6 = a5 + step;
        FloatVector c0l = FloatVector.zero(S);
        FloatVector c0h = FloatVector.zero(S);
        FloatVector c1l = FloatVector.zero(S);
        FloatVector c1h = FloatVector.zero(S);
        FloatVector c2l = FloatVector.zero(S);
        FloatVector c2h = FloatVector.zero(S);
        FloatVector c3l = FloatVector.zero(S);
        FloatVector c3h = FloatVector.zero(S);
        FloatVector c4l = FloatVector.zero(S);
        FloatVector c4h = FloatVector.zero(S);
        FloatVector c5l = FloatVector.zero(S);
        FloatVector c5h = FloatVector.zero(S);
        FloatVector c6l = FloatVector.zero(S);
        FloatVector c6h = FloatVector.zero(S);
        for (int k = 0; k < length; k++) {
            FloatVector low = FloatVector.fromArray(S, b, b0 + k * 2 * L);
            FloatVector high = FloatVector.fromArray(S, b, b0 + k * 2 * L + L);
            FloatVector x = FloatVector.broadcast(S, a[a0 + k]);
            c0l = x.fma(low, c0l);
            c0h = x.fma(high, c0h);
            x = FloatVector.broadcast(S, a[a1 + k]);
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

    /**
     * c[p, :] += Σ over k of a[p·step + k] · b[k, :] for 4 positions p and two vectors of channels: 8 accumulators, in
     * 4 broadcasts and two loads per k.
     */
    public static void addProducts4(float[] a, int a0, int step, float[] b, int b0, int length, float[] c, int c0) {
        SmallKernels.add4(a, a0, step, b, b0, length, c, c0, 2 * L);
    }

    /**
     * c[i, :] += Σ over rows r and positions p of a[a0 + r·aRow + p·aStep + i] · b[b0 + r·bRow + p·bStep, :] for 8
     * input channels i and two vectors of output channels.
     */
    public static void addOuter8(
            float[] a,
            int a0,
            int aRow,
            int aStep,
            float[] b,
            int b0,
            int bRow,
            int bStep,
            int rows,
            int positions,
            float[] c,
            int c0) {
        if (Lanes.FEW_REGISTERS) {
            addOuter4(a, a0, aRow, aStep, b, b0, bRow, bStep, rows, positions, c, c0);
            addOuter4(a, a0 + 4, aRow, aStep, b, b0, bRow, bStep, rows, positions, c, c0 + 8 * L);
            return;
        }
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
        FloatVector c7l = FloatVector.fromArray(S, c, c0 + 14 * L);
        FloatVector c7h = FloatVector.fromArray(S, c, c0 + 15 * L);
        for (int r = 0; r < rows; r++) {
            int ia = a0 + r * aRow;
            int ib = b0 + r * bRow;
            for (int p = 0; p < positions; p++) {
                FloatVector low = FloatVector.fromArray(S, b, ib);
                FloatVector high = FloatVector.fromArray(S, b, ib + L);
                FloatVector x = FloatVector.broadcast(S, a[ia]);
                c0l = x.fma(low, c0l);
                c0h = x.fma(high, c0h);
                x = FloatVector.broadcast(S, a[ia + 1]);
                c1l = x.fma(low, c1l);
                c1h = x.fma(high, c1h);
                x = FloatVector.broadcast(S, a[ia + 2]);
                c2l = x.fma(low, c2l);
                c2h = x.fma(high, c2h);
                x = FloatVector.broadcast(S, a[ia + 3]);
                c3l = x.fma(low, c3l);
                c3h = x.fma(high, c3h);
                x = FloatVector.broadcast(S, a[ia + 4]);
                c4l = x.fma(low, c4l);
                c4h = x.fma(high, c4h);
                x = FloatVector.broadcast(S, a[ia + 5]);
                c5l = x.fma(low, c5l);
                c5h = x.fma(high, c5h);
                x = FloatVector.broadcast(S, a[ia + 6]);
                c6l = x.fma(low, c6l);
                c6h = x.fma(high, c6h);
                x = FloatVector.broadcast(S, a[ia + 7]);
                c7l = x.fma(low, c7l);
                c7h = x.fma(high, c7h);
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
        c7l.intoArray(c, c0 + 14 * L);
        c7h.intoArray(c, c0 + 15 * L);
    }

    /**
     * c[i, :] += Σ over rows r and positions p of a[a0 + r·aRow + p·aStep + i] · b[b0 + r·bRow + p·bStep, :] for 4
     * input channels i and two vectors of output channels.
     */
    public static void addOuter4(
            float[] a,
            int a0,
            int aRow,
            int aStep,
            float[] b,
            int b0,
            int bRow,
            int bStep,
            int rows,
            int positions,
            float[] c,
            int c0) {
        FloatVector c0l = FloatVector.fromArray(S, c, c0);
        FloatVector c0h = FloatVector.fromArray(S, c, c0 + L);
        FloatVector c1l = FloatVector.fromArray(S, c, c0 + 2 * L);
        FloatVector c1h = FloatVector.fromArray(S, c, c0 + 3 * L);
        FloatVector c2l = FloatVector.fromArray(S, c, c0 + 4 * L);
        FloatVector c2h = FloatVector.fromArray(S, c, c0 + 5 * L);
        FloatVector c3l = FloatVector.fromArray(S, c, c0 + 6 * L);
        FloatVector c3h = FloatVector.fromArray(S, c, c0 + 7 * L);
        for (int r = 0; r < rows; r++) {
            int ia = a0 + r * aRow;
            int ib = b0 + r * bRow;
            for (int p = 0; p < positions; p++) {
                FloatVector low = FloatVector.fromArray(S, b, ib);
                FloatVector high = FloatVector.fromArray(S, b, ib + L);
                FloatVector x = FloatVector.broadcast(S, a[ia]);
                c0l = x.fma(low, c0l);
                c0h = x.fma(high, c0h);
                x = FloatVector.broadcast(S, a[ia + 1]);
                c1l = x.fma(low, c1l);
                c1h = x.fma(high, c1h);
                x = FloatVector.broadcast(S, a[ia + 2]);
                c2l = x.fma(low, c2l);
                c2h = x.fma(high, c2h);
                x = FloatVector.broadcast(S, a[ia + 3]);
                c3l = x.fma(low, c3l);
                c3h = x.fma(high, c3h);
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
    }

    /**
     * c[i, :] += Σ over rows r and positions p of a[a0 + r·aRow + p·aStep + i] · b[b0 + r·bRow + p·bStep, :] for 1
     * input channel i and two vectors of output channels.
     */
    public static void addOuter1(
            float[] a,
            int a0,
            int aRow,
            int aStep,
            float[] b,
            int b0,
            int bRow,
            int bStep,
            int rows,
            int positions,
            float[] c,
            int c0) {
        FloatVector c0l = FloatVector.fromArray(S, c, c0);
        FloatVector c0h = FloatVector.fromArray(S, c, c0 + L);
        for (int r = 0; r < rows; r++) {
            int ia = a0 + r * aRow;
            int ib = b0 + r * bRow;
            for (int p = 0; p < positions; p++) {
                FloatVector low = FloatVector.fromArray(S, b, ib);
                FloatVector high = FloatVector.fromArray(S, b, ib + L);
                FloatVector x = FloatVector.broadcast(S, a[ia]);
                c0l = x.fma(low, c0l);
                c0h = x.fma(high, c0h);
                ia += aStep;
                ib += bStep;
            }
        }
        c0l.intoArray(c, c0);
        c0h.intoArray(c, c0 + L);
    }
}
