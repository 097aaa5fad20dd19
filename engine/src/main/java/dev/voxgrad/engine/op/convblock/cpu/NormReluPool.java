package dev.voxgrad.engine.op.convblock.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.device.cpu.Lanes;

/**
 * Computes a max pool of 2×2×2 after batch norm and ReLU, of runs of channels-last voxels: which voxel of each window
 * it picks, and its gradient, from z alone.
 */
record NormReluPool(NormTable table) {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    /**
     * Finds for each window of 2×2×2 voxels the z that a max pool of the a(z) picks: the first whose a(z) is the
     * largest, or the last that is NaN.
     *
     * @param z the first window's first voxel at {@code from}; the next row and plane follow at distances {@code row}
     *      and {@code plane}
     * @param winners receives the windows' results, one after the other, from index {@code at}
     */
    void winners(float[] z, int from, int row, int plane, int windows, float[] winners, int at) {
        int c = 0;
        for (; c < table.vectorChannels; c += S.length()) {
            winnersVector(
                    z,
                    from + c,
                    table.channels,
                    row,
                    plane,
                    windows,
                    table.centre,
                    table.factor,
                    table.constant,
                    c,
                    winners,
                    at + c);
        }
        for (; c < table.channels; c++) {
            for (int w = 0; w < windows; w++) {
                int first = from + c + 2 * w * table.channels;
                float winner = z[first];
                float largest = table.normalised(winner, c);
                for (int i = 1; i < 8; i++) {
                    float value = z[first + WindowExtremes.offset(i, table.channels, row, plane)];
                    float a = table.normalised(value, c);
                    if (a > largest || Float.isNaN(a)) {
                        largest = a;
                        winner = value;
                    }
                }
                winners[at + w * table.channels + c] = winner;
            }
        }
    }

    private static void winnersVector(
            float[] z,
            int from,
            int voxel,
            int row,
            int plane,
            int windows,
            float[] centre,
            float[] factor,
            float[] constant,
            int c,
            float[] winners,
            int at) {
        FloatVector centres = FloatVector.fromArray(S, centre, c);
        FloatVector factors = FloatVector.fromArray(S, factor, c);
        FloatVector constants = FloatVector.fromArray(S, constant, c);
        for (int w = 0; w < windows; w++) {
            int first = from + 2 * w * voxel;
            FloatVector winner = FloatVector.fromArray(S, z, first);
            FloatVector largest = winner.sub(centres).fma(factors, constants);
            for (int i = 1; i < 8; i++) {
                FloatVector value = FloatVector.fromArray(S, z, first + WindowExtremes.offset(i, voxel, row, plane));
                FloatVector a = value.sub(centres).fma(factors, constants);
                VectorMask<Float> wins = a.compare(VectorOperators.GT, largest).or(a.compare(VectorOperators.NE, a));
                winner = winner.blend(value, wins);
                largest = largest.blend(a, wins);
            }
            winner.intoArray(winners, at + w * voxel);
        }
    }

    /**
     * Computes dz of the voxels of 2×2×2 windows that a max pool follows: the first voxel whose a(z) equals the
     * window's result takes the window's gradient, unless a is zero there. Several z may have the same a; all of them
     * do if the factor is zero.
     *
     * @param z the first window's first voxel at {@code z0}; the next row and plane follow at distances {@code zRow}
     *      and {@code zPlane}
     * @param extremes as {@link WindowExtremes} writes them, from index {@code window}, as in dy
     * @param dy one gradient per window
     * @param dz as z, with its own distances
     */
    void poolGradient(
            float[] z,
            int z0,
            int zRow,
            int zPlane,
            float[] extremes,
            float[] dy,
            int window,
            int windows,
            float[] dz,
            int at,
            int stride,
            int row,
            int plane) {
        float[] left = table.device.borrow(Lanes.ALIGNED_START + windows * table.channels);
        shares(extremes, dy, window, windows, left, Lanes.ALIGNED_START);
        int c = 0;
        for (; c < table.vectorChannels; c += S.length()) {
            for (int half = 0; half < 2; half++) {
                giveVector(
                        z,
                        z0 + half * zPlane + c,
                        table.channels,
                        zRow,
                        extremes,
                        window + c,
                        left,
                        Lanes.ALIGNED_START + c,
                        windows,
                        table.centre,
                        table.factor,
                        table.constant,
                        table.ofInput,
                        table.gradConstant,
                        c,
                        dz,
                        at + half * plane + c,
                        stride,
                        row);
            }
        }
        for (; c < table.channels; c++) {
            for (int w = 0; w < windows; w++) {
                giveChannel(
                        z,
                        z0 + 2 * w * table.channels + c,
                        zRow,
                        zPlane,
                        table.normalised(extremes[window + w * table.channels + c], c),
                        left[Lanes.ALIGNED_START + w * table.channels + c],
                        c,
                        dz,
                        at + 2 * w * stride + c,
                        stride,
                        row,
                        plane);
            }
        }
        table.device.giveBack(left);
    }

    /** Computes what each window gives to one of its voxels: dy·factor where a is positive, else 0. */
    private void shares(float[] extremes, float[] dy, int from, int windows, float[] left, int at) {
        int c = 0;
        for (; c < table.vectorChannels; c += S.length()) {
            sharesVector(
                    extremes,
                    dy,
                    from + c,
                    table.channels,
                    windows,
                    table.centre,
                    table.factor,
                    table.constant,
                    c,
                    left,
                    at + c);
        }
        for (; c < table.channels; c++) {
            for (int i = c; i < windows * table.channels; i += table.channels) {
                left[at + i] = table.normalised(extremes[from + i], c) <= 0 ? 0 : dy[from + i] * table.factor[c];
            }
        }
    }

    private static void sharesVector(
            float[] extremes,
            float[] dy,
            int from,
            int step,
            int windows,
            float[] centre,
            float[] factor,
            float[] constant,
            int c,
            float[] left,
            int at) {
        FloatVector centres = FloatVector.fromArray(S, centre, c);
        FloatVector factors = FloatVector.fromArray(S, factor, c);
        FloatVector constants = FloatVector.fromArray(S, constant, c);
        FloatVector zero = FloatVector.zero(S);
        for (int i = 0; i < windows * step; i += step) {
            VectorMask<Float> closed = FloatVector.fromArray(S, extremes, from + i)
                    .sub(centres)
                    .fma(factors, constants)
                    .compare(VectorOperators.LE, zero);
            FloatVector.fromArray(S, dy, from + i)
                    .mul(factors)
                    .blend(zero, closed)
                    .intoArray(left, at + i);
        }
    }

    /**
     * Writes dz of the four voxels of one plane of each window, and sets {@code left} to zero where one of them takes
     * the window's gradient.
     */
    private static void giveVector(
            float[] z,
            int z0,
            int zVoxel,
            int zRow,
            float[] extremes,
            int e0,
            float[] left,
            int left0,
            int windows,
            float[] centre,
            float[] factor,
            float[] constant,
            float[] ofInput,
            float[] gradConstant,
            int c,
            float[] dz,
            int at,
            int voxel,
            int row) {
        FloatVector centres = FloatVector.fromArray(S, centre, c);
        FloatVector factors = FloatVector.fromArray(S, factor, c);
        FloatVector constants = FloatVector.fromArray(S, constant, c);
        FloatVector slopes = FloatVector.fromArray(S, ofInput, c);
        FloatVector offsets = FloatVector.fromArray(S, gradConstant, c);
        for (int w = 0; w < windows; w++) {
            FloatVector largest = FloatVector.fromArray(S, extremes, e0 + w * zVoxel)
                    .sub(centres)
                    .fma(factors, constants);
            FloatVector share = FloatVector.fromArray(S, left, left0 + w * zVoxel);
            int from = z0 + 2 * w * zVoxel;
            int to = at + 2 * w * voxel;
            share = give(z, from, centres, factors, constants, slopes, offsets, largest, share, dz, to);
            share = give(
                    z, from + zVoxel, centres, factors, constants, slopes, offsets, largest, share, dz, to + voxel);
            share = give(z, from + zRow, centres, factors, constants, slopes, offsets, largest, share, dz, to + row);
            share = give(
                    z,
                    from + zRow + zVoxel,
                    centres,
                    factors,
                    constants,
                    slopes,
                    offsets,
                    largest,
                    share,
                    dz,
                    to + row + voxel);
            share.intoArray(left, left0 + w * zVoxel);
        }
    }

    /** Writes dz of one voxel, and returns what is left for the others of its window. */
    private static FloatVector give(
            float[] z,
            int from,
            FloatVector centres,
            FloatVector factors,
            FloatVector constants,
            FloatVector slopes,
            FloatVector offsets,
            FloatVector largest,
            FloatVector share,
            float[] dz,
            int to) {
        FloatVector x = FloatVector.fromArray(S, z, from).sub(centres);
        VectorMask<Float> taker = x.fma(factors, constants).compare(VectorOperators.EQ, largest);
        FloatVector zero = FloatVector.zero(S);
        x.fma(slopes, offsets.add(zero.blend(share, taker))).intoArray(dz, to);
        return share.blend(zero, taker);
    }

    private void giveChannel(
            float[] z,
            int z0,
            int zRow,
            int zPlane,
            float largest,
            float share,
            int c,
            float[] dz,
            int at,
            int stride,
            int row,
            int plane) {
        float left = share;
        for (int i = 0; i < 8; i++) {
            float value = z[z0 + WindowExtremes.offset(i, table.channels, zRow, zPlane)];
            boolean takes = table.normalised(value, c) == largest;
            dz[at + WindowExtremes.offset(i, stride, row, plane)] =
                    table.alongInput(value, table.gradConstant[c] + (takes ? left : 0), c);
            left = takes ? 0 : left;
        }
    }
}
