package dev.voxgrad.engine.op.conv3d.cpu.winograd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.device.cpu.Lanes;

/**
 * Computes the linear transforms of {@link Winograd}, one vector of channels at a time. In one dimension they are
 *
 * <pre>
 * input            (d0 − d2, d1 + d2, d2 − d1, d1 − d3)     of 4 neighbours
 * output           (m0 + m1 + m2, m1 − m2 − m3)             back to 2 outputs
 * output gradient  (y0, y0 + y1, y0 − y1, −y1)              the transpose of the output transform
 * input gradient   (v0, v1 − v2 + v3, v1 + v2 − v0, −v3)    the transpose of the input transform
 * </pre>
 *
 * <p>In three dimensions they are applied along w and h within each plane, in registers, and then along d. Position p
 * of the 4×4×4 transformed values is (d·4 + h)·4 + w.
 */
public final class WinogradTransforms {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.COUNT;
    /** Floats that the caller provides for values between two of the steps: 64 vectors. */
    static final int SCRATCH = Lanes.ALIGNED_START + 64 * L;

    private WinogradTransforms() {}

    /**
     * Transforms the 4×4×4 voxels of one tile, all channels.
     *
     * @param x voxels, {@code channels} apart along w; a multiple of the vector length
     * @param x0 the start of the tile
     * @param row distance along h
     * @param plane distance along d
     * @param v result: channel c of position p at v0 + p·step + c
     */
    static void input(
            float[] x, int x0, int row, int plane, int channels, float[] scratch, float[] v, int v0, int step) {
        for (int c = 0; c < channels; c += L) {
            for (int z = 0; z < 4; z++) {
                inputPlane(x, x0 + z * plane + c, row, channels, scratch, Lanes.ALIGNED_START + z * 16 * L);
            }
            for (int q = 0; q < 16; q++) {
                FloatVector d0 = FloatVector.fromArray(S, scratch, Lanes.ALIGNED_START + q * L);
                FloatVector d1 = FloatVector.fromArray(S, scratch, Lanes.ALIGNED_START + (16 + q) * L);
                FloatVector d2 = FloatVector.fromArray(S, scratch, Lanes.ALIGNED_START + (32 + q) * L);
                FloatVector d3 = FloatVector.fromArray(S, scratch, Lanes.ALIGNED_START + (48 + q) * L);
                int to = v0 + q * step + c;
                d0.sub(d2).intoArray(v, to);
                d1.add(d2).intoArray(v, to + 16 * step);
                d2.sub(d1).intoArray(v, to + 32 * step);
                d1.sub(d3).intoArray(v, to + 48 * step);
            }
        }
    }

    /** Transforms one plane of 4×4 voxels: along w row by row, then along h. */
    private static void inputPlane(float[] x, int x0, int row, int channels, float[] t, int t0) {
        int a = x0;
        FloatVector a0 = FloatVector.fromArray(S, x, a);
        FloatVector a1 = FloatVector.fromArray(S, x, a + channels);
        FloatVector a2 = FloatVector.fromArray(S, x, a + 2 * channels);
        FloatVector a3 = FloatVector.fromArray(S, x, a + 3 * channels);
        FloatVector aw0 = a0.sub(a2);
        FloatVector aw1 = a1.add(a2);
        FloatVector aw2 = a2.sub(a1);
        FloatVector aw3 = a1.sub(a3);
        int b = x0 + row;
        FloatVector b0 = FloatVector.fromArray(S, x, b);
        FloatVector b1 = FloatVector.fromArray(S, x, b + channels);
        FloatVector b2 = FloatVector.fromArray(S, x, b + 2 * channels);
        FloatVector b3 = FloatVector.fromArray(S, x, b + 3 * channels);
        FloatVector bw0 = b0.sub(b2);
        FloatVector bw1 = b1.add(b2);
        FloatVector bw2 = b2.sub(b1);
        FloatVector bw3 = b1.sub(b3);
        int c = x0 + 2 * row;
        FloatVector c0 = FloatVector.fromArray(S, x, c);
        FloatVector c1 = FloatVector.fromArray(S, x, c + channels);
        FloatVector c2 = FloatVector.fromArray(S, x, c + 2 * channels);
        FloatVector c3 = FloatVector.fromArray(S, x, c + 3 * channels);
        FloatVector cw0 = c0.sub(c2);
        FloatVector cw1 = c1.add(c2);
        FloatVector cw2 = c2.sub(c1);
        FloatVector cw3 = c1.sub(c3);
        int d = x0 + 3 * row;
        FloatVector d0 = FloatVector.fromArray(S, x, d);
        FloatVector d1 = FloatVector.fromArray(S, x, d + channels);
        FloatVector d2 = FloatVector.fromArray(S, x, d + 2 * channels);
        FloatVector d3 = FloatVector.fromArray(S, x, d + 3 * channels);
        FloatVector dw0 = d0.sub(d2);
        FloatVector dw1 = d1.add(d2);
        FloatVector dw2 = d2.sub(d1);
        FloatVector dw3 = d1.sub(d3);
        aw0.sub(cw0).intoArray(t, t0);
        bw0.add(cw0).intoArray(t, t0 + 4 * L);
        cw0.sub(bw0).intoArray(t, t0 + 8 * L);
        bw0.sub(dw0).intoArray(t, t0 + 12 * L);
        aw1.sub(cw1).intoArray(t, t0 + L);
        bw1.add(cw1).intoArray(t, t0 + 5 * L);
        cw1.sub(bw1).intoArray(t, t0 + 9 * L);
        bw1.sub(dw1).intoArray(t, t0 + 13 * L);
        aw2.sub(cw2).intoArray(t, t0 + 2 * L);
        bw2.add(cw2).intoArray(t, t0 + 6 * L);
        cw2.sub(bw2).intoArray(t, t0 + 10 * L);
        bw2.sub(dw2).intoArray(t, t0 + 14 * L);
        aw3.sub(cw3).intoArray(t, t0 + 3 * L);
        bw3.add(cw3).intoArray(t, t0 + 7 * L);
        cw3.sub(bw3).intoArray(t, t0 + 11 * L);
        bw3.sub(dw3).intoArray(t, t0 + 15 * L);
    }

    /**
     * Transforms one vector of channels of one tile back to 2×2×2 outputs, and adds the bias.
     *
     * @param m channel vector of position p at m0 + p·step
     * @param bias the channels' biases, from index bias0
     * @param y result: the first output at y0, its neighbours {@code voxel}, {@code row} and {@code plane} further on
     */
    static void output(
            float[] m,
            int m0,
            int step,
            float[] bias,
            int bias0,
            float[] scratch,
            float[] y,
            int y0,
            int voxel,
            int row,
            int plane) {
        for (int z = 0; z < 4; z++) {
            outputPlane(m, m0 + z * 16 * step, step, scratch, Lanes.ALIGNED_START + z * 4 * L);
        }
        FloatVector b = FloatVector.fromArray(S, bias, bias0);
        for (int q = 0; q < 4; q++) {
            FloatVector m0v = FloatVector.fromArray(S, scratch, Lanes.ALIGNED_START + q * L);
            FloatVector m1v = FloatVector.fromArray(S, scratch, Lanes.ALIGNED_START + (4 + q) * L);
            FloatVector m2v = FloatVector.fromArray(S, scratch, Lanes.ALIGNED_START + (8 + q) * L);
            FloatVector m3v = FloatVector.fromArray(S, scratch, Lanes.ALIGNED_START + (12 + q) * L);
            int to = y0 + (q >> 1) * row + (q & 1) * voxel;
            m0v.add(m1v).add(m2v).add(b).intoArray(y, to);
            m1v.sub(m2v).sub(m3v).add(b).intoArray(y, to + plane);
        }
    }

    private static void outputPlane(float[] m, int m0, int step, float[] t, int t0) {
        int r0 = m0;
        FloatVector m00 = FloatVector.fromArray(S, m, r0);
        FloatVector m01 = FloatVector.fromArray(S, m, r0 + step);
        FloatVector m02 = FloatVector.fromArray(S, m, r0 + 2 * step);
        FloatVector m03 = FloatVector.fromArray(S, m, r0 + 3 * step);
        FloatVector first0 = m00.add(m01).add(m02);
        FloatVector second0 = m01.sub(m02).sub(m03);
        int r1 = m0 + 4 * step;
        FloatVector m10 = FloatVector.fromArray(S, m, r1);
        FloatVector m11 = FloatVector.fromArray(S, m, r1 + step);
        FloatVector m12 = FloatVector.fromArray(S, m, r1 + 2 * step);
        FloatVector m13 = FloatVector.fromArray(S, m, r1 + 3 * step);
        FloatVector first1 = m10.add(m11).add(m12);
        FloatVector second1 = m11.sub(m12).sub(m13);
        int r2 = m0 + 8 * step;
        FloatVector m20 = FloatVector.fromArray(S, m, r2);
        FloatVector m21 = FloatVector.fromArray(S, m, r2 + step);
        FloatVector m22 = FloatVector.fromArray(S, m, r2 + 2 * step);
        FloatVector m23 = FloatVector.fromArray(S, m, r2 + 3 * step);
        FloatVector first2 = m20.add(m21).add(m22);
        FloatVector second2 = m21.sub(m22).sub(m23);
        int r3 = m0 + 12 * step;
        FloatVector m30 = FloatVector.fromArray(S, m, r3);
        FloatVector m31 = FloatVector.fromArray(S, m, r3 + step);
        FloatVector m32 = FloatVector.fromArray(S, m, r3 + 2 * step);
        FloatVector m33 = FloatVector.fromArray(S, m, r3 + 3 * step);
        FloatVector first3 = m30.add(m31).add(m32);
        FloatVector second3 = m31.sub(m32).sub(m33);
        first0.add(first1).add(first2).intoArray(t, t0);
        second0.add(second1).add(second2).intoArray(t, t0 + L);
        first1.sub(first2).sub(first3).intoArray(t, t0 + 2 * L);
        second1.sub(second2).sub(second3).intoArray(t, t0 + 3 * L);
    }

    /**
     * Transforms one vector of channels of the gradient of one tile's 2×2×2 outputs.
     *
     * @param y the first output at y0, its neighbours {@code voxel}, {@code row} and {@code plane} further on
     * @param m result: position p at m0 + p·step
     */
    static void outputGradient(
            float[] y, int y0, int voxel, int row, int plane, float[] scratch, float[] m, int m0, int step) {
        for (int z = 0; z < 2; z++) {
            int from = y0 + z * plane;
            FloatVector a0 = FloatVector.fromArray(S, y, from);
            FloatVector a1 = FloatVector.fromArray(S, y, from + voxel);
            FloatVector b0 = FloatVector.fromArray(S, y, from + row);
            FloatVector b1 = FloatVector.fromArray(S, y, from + row + voxel);
            int t0 = Lanes.ALIGNED_START + z * 16 * L;
            spread(a0, a1, scratch, t0);
            spread(a0.add(b0), a1.add(b1), scratch, t0 + 4 * L);
            spread(a0.sub(b0), a1.sub(b1), scratch, t0 + 8 * L);
            spread(b0.neg(), b1.neg(), scratch, t0 + 12 * L);
        }
        for (int q = 0; q < 16; q++) {
            FloatVector first = FloatVector.fromArray(S, scratch, Lanes.ALIGNED_START + q * L);
            FloatVector second = FloatVector.fromArray(S, scratch, Lanes.ALIGNED_START + (16 + q) * L);
            int to = m0 + q * step;
            first.intoArray(m, to);
            first.add(second).intoArray(m, to + 16 * step);
            first.sub(second).intoArray(m, to + 32 * step);
            second.neg().intoArray(m, to + 48 * step);
        }
    }

    private static void spread(FloatVector y0, FloatVector y1, float[] t, int t0) {
        y0.intoArray(t, t0);
        y0.add(y1).intoArray(t, t0 + L);
        y0.sub(y1).intoArray(t, t0 + 2 * L);
        y1.neg().intoArray(t, t0 + 3 * L);
    }

    /**
     * Transforms the gradient of one vector of channels of one transformed tile, and adds it to the gradient of the
     * tile's 4×4×4 voxels.
     *
     * @param v position p at v0 + p·step
     * @param x the first voxel at x0, its neighbours {@code voxel}, {@code row} and {@code plane} further on
     */
    static void addInputGradient(
            float[] v, int v0, int step, float[] scratch, float[] x, int x0, int voxel, int row, int plane) {
        for (int q = 0; q < 16; q++) {
            int from = v0 + q * step;
            FloatVector v1 = FloatVector.fromArray(S, v, from + 16 * step);
            FloatVector v2 = FloatVector.fromArray(S, v, from + 32 * step);
            FloatVector v3 = FloatVector.fromArray(S, v, from + 48 * step);
            FloatVector first = FloatVector.fromArray(S, v, from);
            first.intoArray(scratch, Lanes.ALIGNED_START + q * L);
            v1.sub(v2).add(v3).intoArray(scratch, Lanes.ALIGNED_START + (16 + q) * L);
            v1.add(v2).sub(first).intoArray(scratch, Lanes.ALIGNED_START + (32 + q) * L);
            v3.neg().intoArray(scratch, Lanes.ALIGNED_START + (48 + q) * L);
        }
        for (int z = 0; z < 4; z++) {
            addOuterRows(scratch, Lanes.ALIGNED_START + z * 16 * L, x, x0 + z * plane, voxel, row);
            addInnerRows(scratch, Lanes.ALIGNED_START + z * 16 * L, x, x0 + z * plane, voxel, row);
        }
    }

    /**
     * Adds the first and the last of a plane's four rows of voxels. All four in one method would be more than C2
     * inlines before it gives up (18,000 nodes), and vectors would become objects.
     */
    private static void addOuterRows(float[] t, int t0, float[] x, int x0, int voxel, int row) {
        addRow(
                FloatVector.fromArray(S, t, t0),
                FloatVector.fromArray(S, t, t0 + L),
                FloatVector.fromArray(S, t, t0 + 2 * L),
                FloatVector.fromArray(S, t, t0 + 3 * L),
                x,
                x0,
                voxel);
        int d = t0 + 12 * L;
        addRow(
                FloatVector.fromArray(S, t, d).neg(),
                FloatVector.fromArray(S, t, d + L).neg(),
                FloatVector.fromArray(S, t, d + 2 * L).neg(),
                FloatVector.fromArray(S, t, d + 3 * L).neg(),
                x,
                x0 + 3 * row,
                voxel);
    }

    /** Adds the two rows between them. */
    private static void addInnerRows(float[] t, int t0, float[] x, int x0, int voxel, int row) {
        int b = t0 + 4 * L;
        int c = t0 + 8 * L;
        int d = t0 + 12 * L;
        FloatVector b0 = FloatVector.fromArray(S, t, b);
        FloatVector b1 = FloatVector.fromArray(S, t, b + L);
        FloatVector b2 = FloatVector.fromArray(S, t, b + 2 * L);
        FloatVector b3 = FloatVector.fromArray(S, t, b + 3 * L);
        FloatVector c0 = FloatVector.fromArray(S, t, c);
        FloatVector c1 = FloatVector.fromArray(S, t, c + L);
        FloatVector c2 = FloatVector.fromArray(S, t, c + 2 * L);
        FloatVector c3 = FloatVector.fromArray(S, t, c + 3 * L);
        addRow(
                b0.sub(c0).add(FloatVector.fromArray(S, t, d)),
                b1.sub(c1).add(FloatVector.fromArray(S, t, d + L)),
                b2.sub(c2).add(FloatVector.fromArray(S, t, d + 2 * L)),
                b3.sub(c3).add(FloatVector.fromArray(S, t, d + 3 * L)),
                x,
                x0 + row,
                voxel);
        addRow(
                b0.add(c0).sub(FloatVector.fromArray(S, t, t0)),
                b1.add(c1).sub(FloatVector.fromArray(S, t, t0 + L)),
                b2.add(c2).sub(FloatVector.fromArray(S, t, t0 + 2 * L)),
                b3.add(c3).sub(FloatVector.fromArray(S, t, t0 + 3 * L)),
                x,
                x0 + 2 * row,
                voxel);
    }

    private static void addRow(
            FloatVector v0, FloatVector v1, FloatVector v2, FloatVector v3, float[] x, int x0, int voxel) {
        FloatVector.fromArray(S, x, x0).add(v0).intoArray(x, x0);
        int x1 = x0 + voxel;
        FloatVector.fromArray(S, x, x1).add(v1.sub(v2).add(v3)).intoArray(x, x1);
        int x2 = x1 + voxel;
        FloatVector.fromArray(S, x, x2).add(v1.add(v2).sub(v0)).intoArray(x, x2);
        int x3 = x2 + voxel;
        FloatVector.fromArray(S, x, x3).sub(v3).intoArray(x, x3);
    }
}
