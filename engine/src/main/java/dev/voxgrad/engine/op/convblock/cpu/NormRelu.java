package dev.voxgrad.engine.op.convblock.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.device.cpu.Lanes;

/**
 * Computes batch norm and ReLU of runs of channels-last voxels, a(z) = max(0, norm(z)), and the parts of their
 * gradient. A run is a row or so and stays in the first-level cache, so each method goes over it once per vector of
 * channels, whose constants it keeps in registers.
 */
record NormRelu(NormTable table) {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    // ------------------------------------------------------------------------------------------------ forward

    /**
     * Computes a(z) of {@code voxels} voxels. Each takes {@code stride} floats of the result; those beyond the channels
     * become zero.
     */
    void apply(float[] z, int from, int voxels, float[] a, int at, int stride) {
        int c = 0;
        for (; c < table.vectorChannels; c += S.length()) {
            applyVector(
                    z,
                    from + c,
                    table.channels,
                    voxels,
                    table.centre,
                    table.factor,
                    table.constant,
                    c,
                    a,
                    at + c,
                    stride);
        }
        for (; c < table.channels; c++) {
            for (int v = 0; v < voxels; v++) {
                a[at + v * stride + c] = Math.max(0, table.normalised(z[from + v * table.channels + c], c));
            }
        }
        table.pad(a, at, voxels, stride);
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

    // ----------------------------------------------------------------------------------------------- backward

    /**
     * Adds Σ g and Σ g·(z − centre) over {@code voxels} voxels, where g is da where a(z) is positive, else 0.
     *
     * @param da the first voxel at {@code da0}, each of the next {@code daStep} floats further on
     * @param sums Σ g of each channel from index {@code at}, followed by Σ g·(z − centre)
     */
    void addGradientSums(float[] z, int z0, float[] da, int da0, int daStep, int voxels, double[] sums, int at) {
        int c = 0;
        float[] lanes = table.device.borrow(2 * S.length());
        for (; c < table.vectorChannels; c += S.length()) {
            sumVector(
                    z,
                    z0 + c,
                    table.channels,
                    da,
                    da0 + c,
                    daStep,
                    voxels,
                    table.centre,
                    table.factor,
                    table.constant,
                    c,
                    lanes);
            for (int lane = 0; lane < S.length(); lane++) {
                sums[at + c + lane] += lanes[lane];
                sums[at + table.channels + c + lane] += lanes[S.length() + lane];
            }
        }
        table.device.giveBack(lanes);
        for (; c < table.channels; c++) {
            for (int v = 0; v < voxels; v++) {
                float value = z[z0 + v * table.channels + c];
                float g = table.normalised(value, c) <= 0 ? 0 : da[da0 + v * daStep + c];
                sums[at + c] += g;
                sums[at + table.channels + c] += (double) g * (value - table.centre[c]);
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
        for (; c < table.vectorChannels; c += S.length()) {
            gradientVector(
                    z,
                    z0 + c,
                    da,
                    da0 + c,
                    table.channels,
                    voxels,
                    table.centre,
                    table.factor,
                    table.constant,
                    table.ofInput,
                    table.gradConstant,
                    c,
                    dz,
                    at + c,
                    stride);
        }
        for (; c < table.channels; c++) {
            for (int v = 0; v < voxels; v++) {
                float value = z[z0 + v * table.channels + c];
                float g = table.normalised(value, c) <= 0 ? 0 : da[da0 + v * table.channels + c];
                dz[at + v * stride + c] = table.gradient(value, g, c);
            }
        }
        table.pad(dz, at, voxels, stride);
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
}
