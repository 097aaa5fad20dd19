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
 * <p>In three dimensions they are applied along d, h and w on the way to transformed values, and along h, w and d on
 * the way back. Position p of the 4×4×4 transformed values is (d·4 + h)·4 + w. The methods here compute one of the four
 * {@link Slice}s of 16 positions.
 *
 * <p>Loops advance one index by one distance after the other: with products of loop counters and distances instead, C2
 * runs out of registers, and moves of indices to vector registers and back take a third of the time.
 */
public final class WinogradTransforms {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.COUNT;
    private static final int START = Lanes.ALIGNED_START;

    private WinogradTransforms() {}

    /** Returns the floats that a run of that many tiles needs between two steps. */
    static int scratch(int tiles) {
        return START + Slice.POSITIONS * Math.max(tiles, 2) * L;
    }

    private static int columns(int tiles) {
        return 2 * tiles + 2;
    }

    /**
     * Transforms the inputs of a run of tiles, which are next to each other in a row. The columns that a tile shares
     * with the next are transformed along d and h once.
     *
     * @param x voxels; the first of the run in one plane is at x0, …
     * @param x1 … and in the plane that is added to it or subtracted from it
     * @param sign 1 to add, −1 to subtract
     * @param row distance along h
     * @param voxel distance along w
     * @param v result: position q of 16 of tile t at v0 + t·tile + q·step
     */
    static void input(
            float[] x,
            int x0,
            int x1,
            float sign,
            int row,
            int voxel,
            int tiles,
            float[] scratch,
            float[] v,
            int v0,
            int tile,
            int step) {
        int line = columns(tiles) * L;
        inputColumns(x, x0, x1 - x0, sign, row, voxel, columns(tiles), scratch, line);
        for (int h = 0; h < 4; h++) {
            inputLine(scratch, START + h * line, tiles, v, v0 + 4 * h * step, tile, step);
        }
    }

    /** Transforms columns along d and h, to four lines. */
    private static void inputColumns(
            float[] x, int x0, int other, float sign, int row, int voxel, int columns, float[] t, int line) {
        FloatVector s = FloatVector.broadcast(S, sign);
        int from = x0;
        for (int i = 0; i < columns; i++) {
            int at = from;
            FloatVector d0 = planes(x, at, other, s);
            at += row;
            FloatVector d1 = planes(x, at, other, s);
            at += row;
            FloatVector d2 = planes(x, at, other, s);
            at += row;
            FloatVector d3 = planes(x, at, other, s);
            int to = START + i * L;
            d0.sub(d2).intoArray(t, to);
            d1.add(d2).intoArray(t, to + line);
            d2.sub(d1).intoArray(t, to + 2 * line);
            d1.sub(d3).intoArray(t, to + 3 * line);
            from += voxel;
        }
    }

    /** Returns a vector of one plane plus or minus that of another: as the sign is ±1, it is rounded once. */
    private static FloatVector planes(float[] x, int at, int other, FloatVector sign) {
        return FloatVector.fromArray(S, x, at + other).fma(sign, FloatVector.fromArray(S, x, at));
    }

    /** Transforms a line of columns along w. */
    private static void inputLine(float[] t, int t0, int tiles, float[] v, int v0, int tile, int step) {
        FloatVector d0 = FloatVector.fromArray(S, t, t0);
        FloatVector d1 = FloatVector.fromArray(S, t, t0 + L);
        int from = t0;
        int to = v0;
        for (int i = 0; i < tiles; i++) {
            from += 2 * L;
            FloatVector d2 = FloatVector.fromArray(S, t, from);
            FloatVector d3 = FloatVector.fromArray(S, t, from + L);
            int at = to;
            d0.sub(d2).intoArray(v, at);
            at += step;
            d1.add(d2).intoArray(v, at);
            at += step;
            d2.sub(d1).intoArray(v, at);
            at += step;
            d1.sub(d3).intoArray(v, at);
            to += tile;
            d0 = d2;
            d1 = d3;
        }
    }

    /**
     * Transforms a slice of one tile's products back along h and w, to 2×2 values.
     *
     * @param m position q of 16 at m0 + q·step
     * @param t result: four vectors from t0 on
     */
    static void output(float[] m, int m0, int step, float[] t, int t0) {
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
     * Transforms the results of {@link #output} for the four slices of a tile along d, to 2×2×2 outputs, and adds the
     * bias.
     *
     * @param t four vectors of each slice, from t0 on
     * @param bias the channels' biases, from index bias0
     * @param y result: the first output at y0, its neighbours {@code voxel}, {@code row} and {@code plane} further on
     */
    static void outputAcross(
            float[] t, int t0, float[] bias, int bias0, float[] y, int y0, int voxel, int row, int plane) {
        FloatVector b = FloatVector.fromArray(S, bias, bias0);
        for (int q = 0; q < 4; q++) {
            FloatVector m0 = FloatVector.fromArray(S, t, t0 + q * L);
            FloatVector m1 = FloatVector.fromArray(S, t, t0 + (4 + q) * L);
            FloatVector m2 = FloatVector.fromArray(S, t, t0 + (8 + q) * L);
            FloatVector m3 = FloatVector.fromArray(S, t, t0 + (12 + q) * L);
            int to = y0 + (q >> 1) * row + (q & 1) * voxel;
            m0.add(m1).add(m2).add(b).intoArray(y, to);
            m1.sub(m2).sub(m3).add(b).intoArray(y, to + plane);
        }
    }

    /**
     * Transforms the gradients of a run of tiles' outputs in one plane, times 1 or −1.
     *
     * @param y the first output at y0, its neighbours {@code voxel} and {@code row} further on
     * @param m result: position q of 16 of tile t at m0 + t·tile + q·step
     */
    static void outputGradient(
            float[] y,
            int y0,
            int voxel,
            int row,
            float sign,
            int tiles,
            float[] scratch,
            float[] m,
            int m0,
            int tile,
            int step) {
        FloatVector s = FloatVector.broadcast(S, sign);
        int line = 2 * tiles * L;
        int from = y0;
        for (int to = START; to < START + line; to += L) {
            FloatVector a = FloatVector.fromArray(S, y, from).mul(s);
            FloatVector b = FloatVector.fromArray(S, y, from + row).mul(s);
            spreadColumn(a, b, scratch, to, line);
            from += voxel;
        }
        spreadLines(scratch, line, m, m0, tile, step);
    }

    /** Does the same for the sum, or with sign −1 the difference, of that plane and one {@code other} further on. */
    static void outputGradients(
            float[] y,
            int y0,
            int other,
            int voxel,
            int row,
            float sign,
            int tiles,
            float[] scratch,
            float[] m,
            int m0,
            int tile,
            int step) {
        FloatVector s = FloatVector.broadcast(S, sign);
        int line = 2 * tiles * L;
        int from = y0;
        for (int to = START; to < START + line; to += L) {
            spreadColumn(planes(y, from, other, s), planes(y, from + row, other, s), scratch, to, line);
            from += voxel;
        }
        spreadLines(scratch, line, m, m0, tile, step);
    }

    /** Transforms two values along h, to four lines. */
    private static void spreadColumn(FloatVector a, FloatVector b, float[] t, int to, int line) {
        a.intoArray(t, to);
        a.add(b).intoArray(t, to + line);
        a.sub(b).intoArray(t, to + 2 * line);
        b.neg().intoArray(t, to + 3 * line);
    }

    /** Transforms four lines along w, two values for each tile. */
    private static void spreadLines(float[] t, int line, float[] m, int m0, int tile, int step) {
        for (int h = 0; h < 4; h++) {
            spreadLine(t, START + h * line, line, m, m0 + 4 * h * step, tile, step);
        }
    }

    private static void spreadLine(float[] t, int t0, int line, float[] m, int m0, int tile, int step) {
        int to = m0;
        for (int from = t0; from < t0 + line; from += 2 * L) {
            FloatVector y0 = FloatVector.fromArray(S, t, from);
            FloatVector y1 = FloatVector.fromArray(S, t, from + L);
            int at = to;
            y0.intoArray(m, at);
            at += step;
            y0.add(y1).intoArray(m, at);
            at += step;
            y0.sub(y1).intoArray(m, at);
            at += step;
            y1.neg().intoArray(m, at);
            to += tile;
        }
    }

    /**
     * Transforms a slice of the gradients of a run of transformed tiles along h and w, and adds it to a plane. What
     * neighbouring tiles add to the same columns is added up first.
     *
     * @param v position q of 16 of tile t at v0 + t·tile + q·step
     * @param x the first voxel at x0, its neighbours {@code voxel} and {@code row} further on
     */
    static void addInputGradients(
            float[] v, int v0, int tile, int step, int tiles, float[] scratch, float[] x, int x0, int voxel, int row) {
        int line = 4 * tiles * L;
        for (int i = 0; i < tiles; i++) {
            gradientColumns(v, v0 + i * tile, step, scratch, START + 4 * i * L, line);
        }
        for (int h = 0; h < 4; h++) {
            addGradientLine(scratch, START + h * line, tiles, x, x0 + h * row, voxel);
        }
    }

    /** Transforms the four columns of a tile along h, to four lines. */
    private static void gradientColumns(float[] v, int v0, int step, float[] t, int t0, int line) {
        int from = v0;
        int row = 4 * step;
        for (int w = 0; w < 4; w++) {
            int at = from;
            FloatVector a = FloatVector.fromArray(S, v, at);
            at += row;
            FloatVector b = FloatVector.fromArray(S, v, at);
            at += row;
            FloatVector c = FloatVector.fromArray(S, v, at);
            at += row;
            FloatVector d = FloatVector.fromArray(S, v, at);
            int to = t0 + w * L;
            a.intoArray(t, to);
            to += line;
            b.sub(c).add(d).intoArray(t, to);
            to += line;
            b.add(c).sub(a).intoArray(t, to);
            to += line;
            d.neg().intoArray(t, to);
            from += step;
        }
    }

    /** Transforms a line of tiles along w, and adds it to a row. */
    private static void addGradientLine(float[] t, int t0, int tiles, float[] x, int x0, int voxel) {
        FloatVector before = FloatVector.zero(S);
        FloatVector last = before;
        int to = x0;
        int from = t0;
        for (int i = 0; i < tiles; i++) {
            FloatVector v0 = FloatVector.fromArray(S, t, from);
            FloatVector v1 = FloatVector.fromArray(S, t, from + L);
            FloatVector v2 = FloatVector.fromArray(S, t, from + 2 * L);
            FloatVector v3 = FloatVector.fromArray(S, t, from + 3 * L);
            from += 4 * L;
            add(x, to, before.add(v0));
            to += voxel;
            add(x, to, last.add(v1.sub(v2).add(v3)));
            to += voxel;
            before = v1.add(v2).sub(v0);
            last = v3.neg();
        }
        add(x, to, before);
        add(x, to + voxel, last);
    }

    private static void add(float[] x, int at, FloatVector value) {
        FloatVector.fromArray(S, x, at).add(value).intoArray(x, at);
    }

    /**
     * Adds a plane to one plane of a slab, times {@code sign}, and to another, times {@code otherSign}; signs are 1
     * or −1.
     */
    static void addPlane(
            float[] plane, int from, int length, float[] x, int x0, float sign, int other, float otherSign) {
        FloatVector s = FloatVector.broadcast(S, sign);
        FloatVector o = FloatVector.broadcast(S, otherSign);
        for (int i = 0; i < length; i += L) {
            FloatVector value = FloatVector.fromArray(S, plane, from + i);
            value.fma(s, FloatVector.fromArray(S, x, x0 + i)).intoArray(x, x0 + i);
            value.fma(o, FloatVector.fromArray(S, x, other + i)).intoArray(x, other + i);
        }
    }
}
