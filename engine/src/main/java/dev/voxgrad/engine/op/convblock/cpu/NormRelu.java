package dev.voxgrad.engine.op.convblock.cpu;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.batchnorm.WideValues;

/**
 * Computes batch norm and ReLU of runs of channels-last voxels, a(z) = max(0, (z − centre)·factor + constant) for each
 * channel, and the parts of their gradient. A run is a row or so and stays in the first-level cache, so each method
 * goes over it once per vector of channels, whose constants it keeps in registers.
 *
 * <p>If values are so {@linkplain WideValues large} that float32 is not enough, plain loops in double replace the
 * vectors.
 */
final class NormRelu {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    private final CpuDevice device;
    private final int channels;
    /** Number of channels that are computed in vectors: all but the last few, or none if values are large. */
    private final int vectorChannels;
    /** Null unless values are large. */
    private final @Nullable WideValues wide;

    private final float[] centre;
    private final float[] factor;
    private final float[] constant;
    /** dz = (z − centre)·ofInput + gradConstant, plus da·factor where a is positive. */
    private final float[] ofInput;

    private final float[] gradConstant;

    /** Borrows memory of the device until {@link #close}. */
    NormRelu(CpuDevice device, float[] mean, float[] scale, float[] weight, float[] bias, int channels) {
        this.device = device;
        this.channels = channels;
        this.wide = WideValues.isNeeded(scale, channels) ? new WideValues(scale, channels) : null;
        this.vectorChannels = wide == null ? channels / S.length() * S.length() : 0;
        this.centre = device.borrow(channels);
        this.factor = device.borrow(channels);
        this.constant = device.borrow(channels);
        this.ofInput = device.borrow(channels);
        this.gradConstant = device.borrow(channels);
        for (int c = 0; c < channels; c++) {
            centre[c] = mean[c];
            factor[c] = (float) ((double) weight[c] * scale[c]);
            constant[c] = bias[c];
        }
    }

    /** Returns the borrowed memory. */
    void close() {
        device.giveBack(centre);
        device.giveBack(factor);
        device.giveBack(constant);
        device.giveBack(ofInput);
        device.giveBack(gradConstant);
    }

    /**
     * Sets the part of the gradient that comes from the statistics: dz = γ·s·(da − dβ/n − x̂·dγ/n), where da is zero
     * wherever a is.
     *
     * @param n values per channel
     */
    void setGradient(float[] scale, float[] gradWeight, float[] gradBias, double n) {
        for (int c = 0; c < channels; c++) {
            ofInput[c] = (float) (-(double) factor[c] * scale[c] * gradWeight[c] / n);
            gradConstant[c] = (float) (-(double) factor[c] * gradBias[c] / n);
        }
        if (wide != null) {
            wide.setGradient(factor, gradWeight, n);
        }
    }

    // ------------------------------------------------------------------------------------------------ forward

    /**
     * Computes a(z) of {@code voxels} voxels. Each takes {@code stride} floats of the result; those beyond the channels
     * become zero.
     */
    void apply(float[] z, int from, int voxels, float[] a, int at, int stride) {
        int c = 0;
        for (; c < vectorChannels; c += S.length()) {
            applyVector(z, from + c, channels, voxels, centre, factor, constant, c, a, at + c, stride);
        }
        for (; c < channels; c++) {
            for (int v = 0; v < voxels; v++) {
                a[at + v * stride + c] = Math.max(0, normalised(z[from + v * channels + c], c));
            }
        }
        if (channels < stride) {
            for (int v = 0; v < voxels; v++) {
                Arrays.fill(a, at + v * stride + channels, at + (v + 1) * stride, 0);
            }
        }
    }

    private static void applyVector(
            float[] z,
            int from,
            int step,
            int voxels,
            float[] centre,
            float[] factor,
            float[] constant,
            int c,
            float[] a,
            int at,
            int stride) {
        FloatVector centres = FloatVector.fromArray(S, centre, c);
        FloatVector factors = FloatVector.fromArray(S, factor, c);
        FloatVector constants = FloatVector.fromArray(S, constant, c);
        FloatVector zero = FloatVector.zero(S);
        for (int v = 0; v < voxels; v++) {
            FloatVector.fromArray(S, z, from + v * step)
                    .sub(centres)
                    .fma(factors, constants)
                    .max(zero)
                    .intoArray(a, at + v * stride);
        }
    }

    private float normalised(float z, int c) {
        return wide == null
                ? Math.fma(z - centre[c], factor[c], constant[c])
                : WideValues.affine(z, centre[c], factor[c], constant[c]);
    }

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
        for (; c < vectorChannels; c += S.length()) {
            winnersVector(z, from + c, channels, row, plane, windows, centre, factor, constant, c, winners, at + c);
        }
        for (; c < channels; c++) {
            for (int w = 0; w < windows; w++) {
                int first = from + c + 2 * w * channels;
                float winner = z[first];
                float largest = normalised(winner, c);
                for (int i = 1; i < 8; i++) {
                    float value = z[first + WindowExtremes.offset(i, channels, row, plane)];
                    float a = normalised(value, c);
                    if (a > largest || Float.isNaN(a)) {
                        largest = a;
                        winner = value;
                    }
                }
                winners[at + w * channels + c] = winner;
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

    // ----------------------------------------------------------------------------------------------- backward

    /**
     * Adds Σ g and Σ g·(z − centre) over {@code voxels} voxels, where g is da where a(z) is positive, else 0.
     *
     * @param da the first voxel at {@code da0}, each of the next {@code daStep} floats further on
     * @param sums Σ g of each channel from index {@code at}, followed by Σ g·(z − centre)
     */
    void addGradientSums(float[] z, int z0, float[] da, int da0, int daStep, int voxels, double[] sums, int at) {
        int c = 0;
        float[] lanes = device.borrow(2 * S.length());
        for (; c < vectorChannels; c += S.length()) {
            sumVector(z, z0 + c, channels, da, da0 + c, daStep, voxels, centre, factor, constant, c, lanes);
            for (int lane = 0; lane < S.length(); lane++) {
                sums[at + c + lane] += lanes[lane];
                sums[at + channels + c + lane] += lanes[S.length() + lane];
            }
        }
        device.giveBack(lanes);
        for (; c < channels; c++) {
            for (int v = 0; v < voxels; v++) {
                float value = z[z0 + v * channels + c];
                float g = normalised(value, c) <= 0 ? 0 : da[da0 + v * daStep + c];
                sums[at + c] += g;
                sums[at + channels + c] += (double) g * (value - centre[c]);
            }
        }
    }

    private static void sumVector(
            float[] z,
            int z0,
            int zStep,
            float[] da,
            int da0,
            int daStep,
            int voxels,
            float[] centre,
            float[] factor,
            float[] constant,
            int c,
            float[] lanes) {
        FloatVector centres = FloatVector.fromArray(S, centre, c);
        FloatVector factors = FloatVector.fromArray(S, factor, c);
        FloatVector constants = FloatVector.fromArray(S, constant, c);
        FloatVector zero = FloatVector.zero(S);
        FloatVector sum = zero;
        FloatVector products = zero;
        for (int v = 0; v < voxels; v++) {
            FloatVector x = FloatVector.fromArray(S, z, z0 + v * zStep).sub(centres);
            VectorMask<Float> closed = x.fma(factors, constants).compare(VectorOperators.LE, zero);
            FloatVector g = FloatVector.fromArray(S, da, da0 + v * daStep).blend(zero, closed);
            sum = sum.add(g);
            products = x.fma(g, products);
        }
        sum.intoArray(lanes, 0);
        products.intoArray(lanes, S.length());
    }

    /**
     * Computes dz of {@code voxels} voxels. Each takes {@code stride} floats of the result; those beyond the channels
     * become zero.
     */
    void gradient(float[] z, int z0, float[] da, int da0, int voxels, float[] dz, int at, int stride) {
        int c = 0;
        for (; c < vectorChannels; c += S.length()) {
            gradientVector(
                    z,
                    z0 + c,
                    da,
                    da0 + c,
                    channels,
                    voxels,
                    centre,
                    factor,
                    constant,
                    ofInput,
                    gradConstant,
                    c,
                    dz,
                    at + c,
                    stride);
        }
        for (; c < channels; c++) {
            for (int v = 0; v < voxels; v++) {
                float value = z[z0 + v * channels + c];
                float g = normalised(value, c) <= 0 ? 0 : da[da0 + v * channels + c];
                dz[at + v * stride + c] = gradient(value, g, c);
            }
        }
        for (int v = 0; v < voxels && channels < stride; v++) {
            Arrays.fill(dz, at + v * stride + channels, at + (v + 1) * stride, 0);
        }
    }

    private float gradient(float z, float g, int c) {
        return alongInput(z, Math.fma(g, factor[c], gradConstant[c]), c);
    }

    /** Returns the part of dz that is proportional to z − centre, plus {@code rest}. */
    private float alongInput(float z, float rest, int c) {
        return wide == null ? Math.fma(z - centre[c], ofInput[c], rest) : wide.alongInput(z, centre[c], rest, c);
    }

    private static void gradientVector(
            float[] z,
            int z0,
            float[] da,
            int da0,
            int step,
            int voxels,
            float[] centre,
            float[] factor,
            float[] constant,
            float[] ofInput,
            float[] gradConstant,
            int c,
            float[] dz,
            int at,
            int stride) {
        FloatVector centres = FloatVector.fromArray(S, centre, c);
        FloatVector factors = FloatVector.fromArray(S, factor, c);
        FloatVector constants = FloatVector.fromArray(S, constant, c);
        FloatVector slopes = FloatVector.fromArray(S, ofInput, c);
        FloatVector offsets = FloatVector.fromArray(S, gradConstant, c);
        FloatVector zero = FloatVector.zero(S);
        for (int v = 0; v < voxels; v++) {
            FloatVector x = FloatVector.fromArray(S, z, z0 + v * step).sub(centres);
            VectorMask<Float> closed = x.fma(factors, constants).compare(VectorOperators.LE, zero);
            FloatVector g = FloatVector.fromArray(S, da, da0 + v * step).blend(zero, closed);
            x.fma(slopes, g.fma(factors, offsets)).intoArray(dz, at + v * stride);
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
        float[] left = device.borrow(Lanes.ALIGNED_START + windows * channels);
        shares(extremes, dy, window, windows, left, Lanes.ALIGNED_START);
        int c = 0;
        for (; c < vectorChannels; c += S.length()) {
            for (int half = 0; half < 2; half++) {
                giveVector(
                        z,
                        z0 + half * zPlane + c,
                        channels,
                        zRow,
                        extremes,
                        window + c,
                        left,
                        Lanes.ALIGNED_START + c,
                        windows,
                        centre,
                        factor,
                        constant,
                        ofInput,
                        gradConstant,
                        c,
                        dz,
                        at + half * plane + c,
                        stride,
                        row);
            }
        }
        for (; c < channels; c++) {
            for (int w = 0; w < windows; w++) {
                giveChannel(
                        z,
                        z0 + 2 * w * channels + c,
                        zRow,
                        zPlane,
                        normalised(extremes[window + w * channels + c], c),
                        left[Lanes.ALIGNED_START + w * channels + c],
                        c,
                        dz,
                        at + 2 * w * stride + c,
                        stride,
                        row,
                        plane);
            }
        }
        device.giveBack(left);
    }

    /** Computes what each window gives to one of its voxels: dy·factor where a is positive, else 0. */
    private void shares(float[] extremes, float[] dy, int from, int windows, float[] left, int at) {
        int c = 0;
        for (; c < vectorChannels; c += S.length()) {
            sharesVector(extremes, dy, from + c, channels, windows, centre, factor, constant, c, left, at + c);
        }
        for (; c < channels; c++) {
            for (int i = c; i < windows * channels; i += channels) {
                left[at + i] = normalised(extremes[from + i], c) <= 0 ? 0 : dy[from + i] * factor[c];
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
            float value = z[z0 + WindowExtremes.offset(i, channels, zRow, zPlane)];
            boolean takes = normalised(value, c) == largest;
            dz[at + WindowExtremes.offset(i, stride, row, plane)] =
                    alongInput(value, gradConstant[c] + (takes ? left : 0), c);
            left = takes ? 0 : left;
        }
    }
}
