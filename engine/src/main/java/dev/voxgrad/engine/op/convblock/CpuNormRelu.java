package dev.voxgrad.engine.op.convblock;

import java.util.Arrays;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.cpu.Lanes;
import dev.voxgrad.engine.device.CpuDevice;

/**
 * Batch norm and ReLU of runs of channels-last voxels, a(z) = max(0, (z − centre)·factor + constant) for each channel,
 * and what its gradient is made of. A run is a row or so and stays in the first-level cache, so each method goes over
 * it once per vector of channels, whose constants it keeps in registers.
 */
final class CpuNormRelu {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    private final CpuDevice device;
    private final int channels;
    private final float[] centre;
    private final float[] factor;
    private final float[] constant;
    /** dz = (z − centre)·ofInput + gradConstant, plus da·factor where a is positive. */
    private final float[] ofInput;
    private final float[] gradConstant;

    /** To be given back with {@link #close}. */
    CpuNormRelu(CpuDevice device, float[] mean, float[] scale, float[] weight, float[] bias, int channels) {
        this.device = device;
        this.channels = channels;
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

    void close() {
        device.giveBack(centre);
        device.giveBack(factor);
        device.giveBack(constant);
        device.giveBack(ofInput);
        device.giveBack(gradConstant);
    }

    /**
     * Sets the part of the gradient that comes from the statistics: dz = γ·s·(da − dβ/n − x̂·dγ/n), da being zero where
     * a is.
     *
     * @param n values per channel
     */
    void setGradient(float[] scale, float[] gradWeight, float[] gradBias, double n) {
        for (int c = 0; c < channels; c++) {
            ofInput[c] = (float) (-(double) factor[c] * scale[c] * gradWeight[c] / n);
            gradConstant[c] = (float) (-(double) factor[c] * gradBias[c] / n);
        }
    }

    // ------------------------------------------------------------------------------------------------ forward

    /** a(z) of {@code voxels} voxels; each takes {@code stride} floats of the result, the last of them zero. */
    void apply(float[] z, int from, int voxels, float[] a, int at, int stride) {
        int c = 0;
        for (; c <= channels - S.length(); c += S.length()) {
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

    private static void applyVector(float[] z, int from, int step, int voxels, float[] centre, float[] factor,
            float[] constant, int c, float[] a, int at, int stride) {
        FloatVector centres = FloatVector.fromArray(S, centre, c);
        FloatVector factors = FloatVector.fromArray(S, factor, c);
        FloatVector constants = FloatVector.fromArray(S, constant, c);
        FloatVector zero = FloatVector.zero(S);
        for (int v = 0; v < voxels; v++) {
            FloatVector.fromArray(S, z, from + v * step).sub(centres).fma(factors, constants).max(zero)
                    .intoArray(a, at + v * stride);
        }
    }

    private float normalised(float z, int c) {
        return Math.fma(z - centre[c], factor[c], constant[c]);
    }

    /**
     * Of each window of 2×2×2 voxels the z whose a(z) is the largest: the largest z, or the smallest where the factor
     * is negative, since rounding keeps the order.
     *
     * @param z the first window's first voxel at {@code from}; neighbours {@code voxel}, {@code row}, {@code plane} on
     * @param extremes the windows' results, one after the other from {@code at} on
     */
    static void extremes(float[] weight, int channels, float[] z, int from, int voxel, int row, int plane, int windows,
            float[] extremes, int at) {
        int c = 0;
        for (; c <= channels - S.length(); c += S.length()) {
            extremesVector(weight, c, z, from + c, voxel, row, plane, windows, extremes, at + c, channels);
        }
        for (; c < channels; c++) {
            float sign = weight[c] < 0 ? -1 : 1;
            for (int w = 0; w < windows; w++) {
                float best = Float.NEGATIVE_INFINITY;
                for (int i = 0; i < 8; i++) {
                    best = Math.max(best, sign * z[from + c + 2 * w * voxel + offset(i, voxel, row, plane)]);
                }
                extremes[at + w * channels + c] = sign * best;
            }
        }
    }

    private static int offset(int i, int voxel, int row, int plane) {
        return i / 4 * plane + i / 2 % 2 * row + i % 2 * voxel;
    }

    private static void extremesVector(float[] weight, int c, float[] z, int from, int voxel, int row, int plane,
            int windows, float[] extremes, int at, int step) {
        FloatVector zero = FloatVector.zero(S);
        VectorMask<Float> negative = FloatVector.fromArray(S, weight, c).compare(VectorOperators.LT, zero);
        FloatVector sign = FloatVector.broadcast(S, 1).blend(FloatVector.broadcast(S, -1), negative);
        for (int w = 0; w < windows; w++) {
            int i = from + 2 * w * voxel;
            FloatVector near = largestOf4(z, i, voxel, row, sign);
            near.max(largestOf4(z, i + plane, voxel, row, sign)).mul(sign).intoArray(extremes, at + w * step);
        }
    }

    private static FloatVector largestOf4(float[] z, int i, int voxel, int row, FloatVector sign) {
        FloatVector a = FloatVector.fromArray(S, z, i).mul(sign);
        FloatVector b = FloatVector.fromArray(S, z, i + voxel).mul(sign);
        FloatVector c = FloatVector.fromArray(S, z, i + row).mul(sign);
        FloatVector d = FloatVector.fromArray(S, z, i + row + voxel).mul(sign);
        return a.max(b).max(c.max(d));
    }

    // ----------------------------------------------------------------------------------------------- backward

    /**
     * Adds Σ g and Σ g·(z − centre) over {@code voxels} voxels, where g is da where a(z) is positive, else 0.
     *
     * @param da its first voxel at {@code da0}, the next {@code daStep} floats further on
     * @param sums Σ g of each channel from {@code at} on, and behind them Σ g·(z − centre)
     */
    void addGradientSums(float[] z, int z0, float[] da, int da0, int daStep, int voxels, double[] sums, int at) {
        int c = 0;
        float[] lanes = device.borrow(2 * S.length());
        for (; c <= channels - S.length(); c += S.length()) {
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

    private static void sumVector(float[] z, int z0, int zStep, float[] da, int da0, int daStep, int voxels,
            float[] centre, float[] factor, float[] constant, int c, float[] lanes) {
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

    /** dz of {@code voxels} voxels, each taking {@code stride} floats of the result, the last of them zero. */
    void gradient(float[] z, int z0, float[] da, int da0, int voxels, float[] dz, int at, int stride) {
        int c = 0;
        for (; c <= channels - S.length(); c += S.length()) {
            gradientVector(z, z0 + c, da, da0 + c, channels, voxels, centre, factor, constant, ofInput, gradConstant, c,
                    dz, at + c, stride);
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
        return Math.fma(z - centre[c], ofInput[c], Math.fma(g, factor[c], gradConstant[c]));
    }

    private static void gradientVector(float[] z, int z0, float[] da, int da0, int step, int voxels, float[] centre,
            float[] factor, float[] constant, float[] ofInput, float[] gradConstant, int c, float[] dz, int at,
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
     * dz of the voxels of windows of 2×2×2 that a max pool follows: the first voxel with the largest a(z) takes the
     * window's gradient, unless a is zero there.
     *
     * @param z the first window's first voxel at {@code z0}; the next rows and planes {@code zRow}, {@code zPlane} on
     * @param dy one gradient per window
     * @param dz as z, with distances of its own
     */
    void poolGradient(float[] z, int z0, int zRow, int zPlane, float[] dy, int dy0, int windows,
            float[] dz, int at, int stride, int row, int plane) {
        int c = 0;
        for (; c <= channels - S.length(); c += S.length()) {
            for (int w = 0; w < windows; w++) {
                poolVector(z, z0 + 2 * w * channels + c, channels, zRow, zPlane, dy, dy0 + w * channels + c,
                        centre, factor, constant, ofInput, gradConstant, c,
                        dz, at + 2 * w * stride + c, stride, row, plane);
            }
        }
        for (; c < channels; c++) {
            for (int w = 0; w < windows; w++) {
                poolChannel(z, z0 + 2 * w * channels + c, zRow, zPlane, dy[dy0 + w * channels + c], c,
                        dz, at + 2 * w * stride + c, stride, row, plane);
            }
        }
    }

    private void poolChannel(float[] z, int z0, int zRow, int zPlane, float dy, int c, float[] dz, int at, int stride,
            int row, int plane) {
        int taker = 0;
        for (int i = 1; i < 8; i++) {
            float candidate = normalised(z[z0 + offset(i, channels, zRow, zPlane)], c);
            if (candidate > normalised(z[z0 + offset(taker, channels, zRow, zPlane)], c)) {
                taker = i;
            }
        }
        for (int i = 0; i < 8; i++) {
            float value = z[z0 + offset(i, channels, zRow, zPlane)];
            float g = i == taker && !(normalised(value, c) <= 0) ? dy : 0;
            dz[at + offset(i, stride, row, plane)] = gradient(value, g, c);
        }
    }

    private static void poolVector(float[] z, int z0, int zVoxel, int zRow, int zPlane, float[] dy, int dy0,
            float[] centre, float[] factor, float[] constant, float[] ofInput, float[] gradConstant, int c,
            float[] dz, int at, int voxel, int row, int plane) {
        FloatVector centres = FloatVector.fromArray(S, centre, c);
        FloatVector factors = FloatVector.fromArray(S, factor, c);
        FloatVector constants = FloatVector.fromArray(S, constant, c);
        FloatVector zero = FloatVector.zero(S);
        int z1 = z0 + zPlane;
        FloatVector x0 = FloatVector.fromArray(S, z, z0).sub(centres);
        FloatVector x1 = FloatVector.fromArray(S, z, z0 + zVoxel).sub(centres);
        FloatVector x2 = FloatVector.fromArray(S, z, z0 + zRow).sub(centres);
        FloatVector x3 = FloatVector.fromArray(S, z, z0 + zRow + zVoxel).sub(centres);
        FloatVector x4 = FloatVector.fromArray(S, z, z1).sub(centres);
        FloatVector x5 = FloatVector.fromArray(S, z, z1 + zVoxel).sub(centres);
        FloatVector x6 = FloatVector.fromArray(S, z, z1 + zRow).sub(centres);
        FloatVector x7 = FloatVector.fromArray(S, z, z1 + zRow + zVoxel).sub(centres);
        FloatVector a0 = x0.fma(factors, constants);
        FloatVector a1 = x1.fma(factors, constants);
        FloatVector a2 = x2.fma(factors, constants);
        FloatVector a3 = x3.fma(factors, constants);
        FloatVector a4 = x4.fma(factors, constants);
        FloatVector a5 = x5.fma(factors, constants);
        FloatVector a6 = x6.fma(factors, constants);
        FloatVector a7 = x7.fma(factors, constants);
        FloatVector best = a0.max(a1).max(a2.max(a3)).max(a4.max(a5).max(a6.max(a7)));
        VectorMask<Float> closed = best.compare(VectorOperators.LE, zero);
        // What is still to be given away, times the factor: a lane is set to zero once its first maximum has taken it.
        FloatVector left = FloatVector.fromArray(S, dy, dy0).mul(factors).blend(zero, closed);
        FloatVector slopes = FloatVector.fromArray(S, ofInput, c);
        FloatVector offsets = FloatVector.fromArray(S, gradConstant, c);
        left = give(x0, a0, best, left, slopes, offsets, dz, at);
        left = give(x1, a1, best, left, slopes, offsets, dz, at + voxel);
        left = give(x2, a2, best, left, slopes, offsets, dz, at + row);
        left = give(x3, a3, best, left, slopes, offsets, dz, at + row + voxel);
        int at1 = at + plane;
        left = give(x4, a4, best, left, slopes, offsets, dz, at1);
        left = give(x5, a5, best, left, slopes, offsets, dz, at1 + voxel);
        left = give(x6, a6, best, left, slopes, offsets, dz, at1 + row);
        give(x7, a7, best, left, slopes, offsets, dz, at1 + row + voxel);
    }

    /** Writes dz of one voxel, and returns what is left for the others of its window. */
    private static FloatVector give(FloatVector x, FloatVector a, FloatVector best, FloatVector left,
            FloatVector slopes, FloatVector offsets, float[] dz, int at) {
        VectorMask<Float> taker = a.compare(VectorOperators.EQ, best);
        FloatVector zero = FloatVector.zero(S);
        x.fma(slopes, offsets.add(zero.blend(left, taker))).intoArray(dz, at);
        return left.blend(zero, taker);
    }
}
