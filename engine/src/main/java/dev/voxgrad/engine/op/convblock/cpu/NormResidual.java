package dev.voxgrad.engine.op.convblock.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.device.cpu.Lanes;

/**
 * Computes the end of a residual block of runs of channels-last voxels, y = max(norm(z) + shortcut, 0), and the parts
 * of its gradient, in which g = dy·[y &gt; 0] is the gradient of norm(z) and of the shortcut. If the shortcut ends with
 * a batch norm too, that one's gradient is computed by an object of its own.
 */
record NormResidual(NormTable table) {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    // ------------------------------------------------------------------------------------------------ forward

    /** Computes norm(z), a shortcut, of {@code voxels} voxels from index {@code from} on. */
    void normalise(float[] z, int from, int voxels, float[] shortcut) {
        int c = 0;
        for (; c < table.vectorChannels; c += S.length()) {
            normaliseVector(
                    z, from + c, table.channels, voxels, table.centre, table.factor, table.constant, c, shortcut);
        }
        for (; c < table.channels; c++) {
            for (int i = from + c; i < from + voxels * table.channels; i += table.channels) {
                shortcut[i] = table.normalised(z[i], c);
            }
        }
    }

    private static void normaliseVector(
            float[] z,
            int from,
            int step,
            int voxels,
            float[] centre,
            float[] factor,
            float[] constant,
            int c,
            float[] shortcut) {
        FloatVector centres = FloatVector.fromArray(S, centre, c);
        FloatVector factors = FloatVector.fromArray(S, factor, c);
        FloatVector constants = FloatVector.fromArray(S, constant, c);
        for (int v = 0; v < voxels; v++) {
            int i = from + v * step;
            FloatVector.fromArray(S, z, i).sub(centres).fma(factors, constants).intoArray(shortcut, i);
        }
    }

    /** Computes y of {@code voxels} voxels from index {@code from} on; {@code shortcut} may be {@code y} itself. */
    void apply(float[] z, float[] shortcut, int from, int voxels, float[] y) {
        int c = 0;
        for (; c < table.vectorChannels; c += S.length()) {
            applyVector(
                    z, shortcut, from + c, table.channels, voxels, table.centre, table.factor, table.constant, c, y);
        }
        for (; c < table.channels; c++) {
            for (int i = from + c; i < from + voxels * table.channels; i += table.channels) {
                y[i] = Math.max(0, table.normalised(z[i], c) + shortcut[i]);
            }
        }
    }

    private static void applyVector(
            float[] z,
            float[] shortcut,
            int from,
            int step,
            int voxels,
            float[] centre,
            float[] factor,
            float[] constant,
            int c,
            float[] y) {
        FloatVector centres = FloatVector.fromArray(S, centre, c);
        FloatVector factors = FloatVector.fromArray(S, factor, c);
        FloatVector constants = FloatVector.fromArray(S, constant, c);
        FloatVector zero = FloatVector.zero(S);
        for (int v = 0; v < voxels; v++) {
            int i = from + v * step;
            FloatVector.fromArray(S, z, i)
                    .sub(centres)
                    .fma(factors, constants)
                    .add(FloatVector.fromArray(S, shortcut, i))
                    .max(zero)
                    .intoArray(y, i);
        }
    }

    // ----------------------------------------------------------------------------------------------- backward

    /**
     * Adds Σ g and Σ g·(z − centre) over {@code voxels} voxels from index {@code from} on.
     *
     * @param sums Σ g of each channel from index {@code at}, followed by Σ g·(z − centre)
     */
    void addGradientSums(float[] z, float[] dy, float[] y, int from, int voxels, double[] sums, int at) {
        int channels = table.channels;
        int c = 0;
        float[] lanes = table.device.borrow(2 * S.length());
        for (; c < table.vectorChannels; c += S.length()) {
            sumVector(z, dy, y, from + c, channels, voxels, table.centre, c, lanes);
            for (int lane = 0; lane < S.length(); lane++) {
                sums[at + c + lane] += lanes[lane];
                sums[at + channels + c + lane] += lanes[S.length() + lane];
            }
        }
        table.device.giveBack(lanes);
        for (; c < channels; c++) {
            for (int i = from + c; i < from + voxels * channels; i += channels) {
                float g = y[i] <= 0 ? 0 : dy[i];
                sums[at + c] += g;
                sums[at + channels + c] += (double) g * (z[i] - table.centre[c]);
            }
        }
    }

    private static void sumVector(
            float[] z, float[] dy, float[] y, int from, int step, int voxels, float[] centre, int c, float[] lanes) {
        FloatVector centres = FloatVector.fromArray(S, centre, c);
        FloatVector zero = FloatVector.zero(S);
        FloatVector sum = zero;
        FloatVector products = zero;
        for (int v = 0; v < voxels; v++) {
            int i = from + v * step;
            VectorMask<Float> closed = FloatVector.fromArray(S, y, i).compare(VectorOperators.LE, zero);
            FloatVector g = FloatVector.fromArray(S, dy, i).blend(zero, closed);
            sum = sum.add(g);
            products = FloatVector.fromArray(S, z, i).sub(centres).fma(g, products);
        }
        sum.intoArray(lanes, 0);
        products.intoArray(lanes, S.length());
    }

    /**
     * Computes dz of {@code voxels} voxels from index {@code from} on. Each takes {@code stride} floats of the result;
     * those beyond the channels become zero.
     */
    void gradient(float[] z, float[] dy, float[] y, int from, int voxels, float[] dz, int at, int stride) {
        int channels = table.channels;
        int c = 0;
        for (; c < table.vectorChannels; c += S.length()) {
            gradientVector(
                    z,
                    dy,
                    y,
                    from + c,
                    channels,
                    voxels,
                    table.centre,
                    table.factor,
                    table.ofInput,
                    table.gradConstant,
                    c,
                    dz,
                    at + c,
                    stride);
        }
        for (; c < channels; c++) {
            for (int v = 0; v < voxels; v++) {
                int i = from + v * channels + c;
                dz[at + v * stride + c] = table.gradient(z[i], y[i] <= 0 ? 0 : dy[i], c);
            }
        }
        table.pad(dz, at, voxels, stride);
    }

    private static void gradientVector(
            float[] z,
            float[] dy,
            float[] y,
            int from,
            int step,
            int voxels,
            float[] centre,
            float[] factor,
            float[] ofInput,
            float[] gradConstant,
            int c,
            float[] dz,
            int at,
            int stride) {
        FloatVector centres = FloatVector.fromArray(S, centre, c);
        FloatVector factors = FloatVector.fromArray(S, factor, c);
        FloatVector slopes = FloatVector.fromArray(S, ofInput, c);
        FloatVector offsets = FloatVector.fromArray(S, gradConstant, c);
        FloatVector zero = FloatVector.zero(S);
        for (int v = 0; v < voxels; v++) {
            int i = from + v * step;
            VectorMask<Float> closed = FloatVector.fromArray(S, y, i).compare(VectorOperators.LE, zero);
            FloatVector g = FloatVector.fromArray(S, dy, i).blend(zero, closed);
            FloatVector.fromArray(S, z, i)
                    .sub(centres)
                    .fma(slopes, g.fma(factors, offsets))
                    .intoArray(dz, at + v * stride);
        }
    }
}
