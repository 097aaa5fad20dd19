package dev.voxgrad.engine.op.conv3d.cpu.pointwise;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.SmallKernels;

/** The innermost loops of {@link PointwiseProduct} and {@link PointwiseWeightSums}, with all sums in registers. */
final class PointwiseKernels {
    /** Number of voxels of one call of {@link #products7}. */
    static final int ROWS = 7;

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.COUNT;

    private PointwiseKernels() {}

    /**
     * c[p·cStep, :] = bias[:] + Σ over k of a[p·aStep + k] · b[k, :] for {@value #ROWS} voxels p and two vectors of
     * channels. With fewer {@code rows} the last is repeated, so that nothing beyond it is read; as much is written.
     *
     * <p>The loop takes two k at a time, which is faster by 4 % with vectors of 512 bits and by 14 % with 256. All of
     * it stands here, and in no method that could be shared, because C2 stops inlining after 18,000 nodes, and a single
     * call that it does not inline keeps the sums out of registers: then it takes three times as long.
     */
    static void products7(
            float[] a,
            int a0,
            int aStep,
            int rows,
            float[] b,
            int b0,
            int length,
            float[] bias,
            int bias0,
            float[] c,
            int c0,
            int cStep) {
        if (Lanes.FEW_REGISTERS) {
            for (int row = 0; row < rows; row++) {
                System.arraycopy(bias, bias0, c, c0 + row * cStep, 2 * L);
            }
            SmallKernels.addProducts(a, a0, aStep, rows, b, b0, length, c, c0, cStep);
            return;
        }
        int last = a0 + (rows - 1) * aStep;
        int a1 = Math.min(a0 + aStep, last);
        int a2 = Math.min(a1 + aStep, last);
        int a3 = Math.min(a2 + aStep, last);
        int a4 = Math.min(a3 + aStep, last);
        int a5 = Math.min(a4 + aStep, last);
        int a6 = Math.min(a5 + aStep, last);
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
            x = FloatVector.broadcast(S, a[a3 + k + 1]);
            c3l = x.fma(low, c3l);
            c3h = x.fma(high, c3h);
            x = FloatVector.broadcast(S, a[a4 + k + 1]);
            c4l = x.fma(low, c4l);
            c4h = x.fma(high, c4h);
            x = FloatVector.broadcast(S, a[a5 + k + 1]);
            c5l = x.fma(low, c5l);
            c5h = x.fma(high, c5h);
            x = FloatVector.broadcast(S, a[a6 + k + 1]);
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
        if (even < length) {
            SmallKernels.addOne(a, a0 + even, aStep, rows, b, b0 + even * 2 * L, c, c0, cStep);
        }
    }

    /** Copies {@code width} channels of each voxel, whole vectors, so that they follow one another. */
    static void packPanel(float[] x, int from, int step, int voxels, int width, float[] panel, int at) {
        for (int v = 0; v < voxels; v++) {
            for (int c = 0; c < width; c += L) {
                FloatVector.fromArray(S, x, from + v * step + c).intoArray(panel, at + v * width + c);
            }
        }
    }

    /** Adds {@code count} values, a multiple of the vector length. */
    static void add(float[] from, int at, float[] to, int at2, int count) {
        for (int i = 0; i < count; i += L) {
            FloatVector.fromArray(S, to, at2 + i)
                    .add(FloatVector.fromArray(S, from, at + i))
                    .intoArray(to, at2 + i);
        }
    }
}
