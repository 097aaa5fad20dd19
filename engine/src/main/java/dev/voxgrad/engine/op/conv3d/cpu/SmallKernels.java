package dev.voxgrad.engine.op.conv3d.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.device.cpu.Lanes;

/**
 * The innermost loops of products for few positions, and for any number of them on CPUs with
 * {@linkplain Lanes#FEW_REGISTERS 16 vector registers}. C2 loads the factors of all positions before it multiplies:
 * eight sums, two vectors of weights and the factors of four positions fit into 16 registers. With seven positions, as
 * {@link MicroKernels} has them, C2 moves sums to memory and back in each round of the loop.
 */
public final class SmallKernels {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.COUNT;

    private SmallKernels() {}

    /**
     * c[p·cStep, :] += Σ over k of a[p·step + k] · b[k, :] for {@code positions} p, at most 7, and two vectors of
     * channels.
     */
    public static void addProducts(
            float[] a, int a0, int step, int positions, float[] b, int b0, int length, float[] c, int c0, int cStep) {
        int p = 0;
        if (positions >= 4) {
            add4(a, a0, step, b, b0, length, c, c0, cStep);
            p = 4;
        }
        if (positions - p == 3) {
            add3(a, a0 + p * step, step, b, b0, length, c, c0 + p * cStep, cStep);
            return;
        }
        for (int k = 0; k < length && p < positions; k++) {
            addOne(a, a0 + p * step + k, step, positions - p, b, b0 + k * 2 * L, c, c0 + p * cStep, cStep);
        }
    }

    /** Does what {@link #addProducts} does for four positions. */
    static void add4(float[] a, int a0, int step, float[] b, int b0, int length, float[] c, int c0, int cStep) {
        int a1 = a0 + step;
        int a2 = a1 + step;
        int a3 = a2 + step;
        FloatVector c0l = FloatVector.fromArray(S, c, c0);
        FloatVector c0h = FloatVector.fromArray(S, c, c0 + L);
        FloatVector c1l = FloatVector.fromArray(S, c, c0 + cStep);
        FloatVector c1h = FloatVector.fromArray(S, c, c0 + cStep + L);
        FloatVector c2l = FloatVector.fromArray(S, c, c0 + 2 * cStep);
        FloatVector c2h = FloatVector.fromArray(S, c, c0 + 2 * cStep + L);
        FloatVector c3l = FloatVector.fromArray(S, c, c0 + 3 * cStep);
        FloatVector c3h = FloatVector.fromArray(S, c, c0 + 3 * cStep + L);
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
        }
        c0l.intoArray(c, c0);
        c0h.intoArray(c, c0 + L);
        c1l.intoArray(c, c0 + cStep);
        c1h.intoArray(c, c0 + cStep + L);
        c2l.intoArray(c, c0 + 2 * cStep);
        c2h.intoArray(c, c0 + 2 * cStep + L);
        c3l.intoArray(c, c0 + 3 * cStep);
        c3h.intoArray(c, c0 + 3 * cStep + L);
    }

    /** Takes two k at a time, which C2 turns into twice as fast a loop here. */
    private static void add3(float[] a, int a0, int step, float[] b, int b0, int length, float[] c, int c0, int cStep) {
        int a1 = a0 + step;
        int a2 = a1 + step;
        FloatVector c0l = FloatVector.fromArray(S, c, c0);
        FloatVector c0h = FloatVector.fromArray(S, c, c0 + L);
        FloatVector c1l = FloatVector.fromArray(S, c, c0 + cStep);
        FloatVector c1h = FloatVector.fromArray(S, c, c0 + cStep + L);
        FloatVector c2l = FloatVector.fromArray(S, c, c0 + 2 * cStep);
        FloatVector c2h = FloatVector.fromArray(S, c, c0 + 2 * cStep + L);
        int even = length & ~1;
        for (int k = 0; k < even; k += 2) {
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
            low = FloatVector.fromArray(S, b, b0 + (k + 1) * 2 * L);
            high = FloatVector.fromArray(S, b, b0 + (k + 1) * 2 * L + L);
            x = FloatVector.broadcast(S, a[a0 + k + 1]);
            c0l = x.fma(low, c0l);
            c0h = x.fma(high, c0h);
            x = FloatVector.broadcast(S, a[a1 + k + 1]);
            c1l = x.fma(low, c1l);
            c1h = x.fma(high, c1h);
            x = FloatVector.broadcast(S, a[a2 + k + 1]);
            c2l = x.fma(low, c2l);
            c2h = x.fma(high, c2h);
        }
        c0l.intoArray(c, c0);
        c0h.intoArray(c, c0 + L);
        c1l.intoArray(c, c0 + cStep);
        c1h.intoArray(c, c0 + cStep + L);
        c2l.intoArray(c, c0 + 2 * cStep);
        c2h.intoArray(c, c0 + 2 * cStep + L);
        if (even < length) {
            addOne(a, a0 + even, step, 3, b, b0 + even * 2 * L, c, c0, cStep);
        }
    }

    /** c[p·cStep, :] += a[p·step] · b[:] for {@code positions} p and two vectors of channels. */
    public static void addOne(
            float[] a, int a0, int step, int positions, float[] b, int b0, float[] c, int c0, int cStep) {
        FloatVector low = FloatVector.fromArray(S, b, b0);
        FloatVector high = FloatVector.fromArray(S, b, b0 + L);
        for (int p = 0; p < positions; p++) {
            FloatVector x = FloatVector.broadcast(S, a[a0 + p * step]);
            int at = c0 + p * cStep;
            x.fma(low, FloatVector.fromArray(S, c, at)).intoArray(c, at);
            x.fma(high, FloatVector.fromArray(S, c, at + L)).intoArray(c, at + L);
        }
    }
}
