package dev.voxgrad.engine.op.convblock.cpu;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.device.cpu.Lanes;

/**
 * Computes the end of a residual block of runs of channels-last voxels, y = max(norm(z) + shortcut, 0), and the parts
 * of its gradient, in which g = dy·[y &gt; 0] is the gradient of norm(z) and of the shortcut. If the shortcut ends with
 * a batch norm too, that one's gradient is computed by an object of its own. Tensors are read from memory here, not
 * from the cache, so each method goes through them voxel by voxel, in the order of memory.
 */
record NormResidual(NormTable table) {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    // ------------------------------------------------------------------------------------------------ forward

    /** Computes norm(z), a shortcut, of {@code voxels} voxels from index {@code from} on. */
    void normalise(float[] z, int from, int voxels, float[] shortcut) {
        int channels = table.channels;
        for (int i = from; i < from + voxels * channels; i += channels) {
            normalise(z, i, table.vectorChannels, table.centre, table.factor, table.constant, shortcut);
            for (int c = table.vectorChannels; c < channels; c++) {
                shortcut[i + c] = table.normalised(z[i + c], c);
            }
        }
    }

    private static void normalise(
            float[] z, int at, int channels, float[] centre, float[] factor, float[] constant, float[] shortcut) {
        for (int c = 0; c < channels; c += S.length()) {
            FloatVector.fromArray(S, z, at + c)
                    .sub(FloatVector.fromArray(S, centre, c))
                    .fma(FloatVector.fromArray(S, factor, c), FloatVector.fromArray(S, constant, c))
                    .intoArray(shortcut, at + c);
        }
    }

    /** Computes y of {@code voxels} voxels from index {@code from} on; {@code shortcut} may be {@code y} itself. */
    void apply(float[] z, float[] shortcut, int from, int voxels, float[] y) {
        int channels = table.channels;
        for (int i = from; i < from + voxels * channels; i += channels) {
            apply(z, shortcut, i, table.vectorChannels, table.centre, table.factor, table.constant, y);
            for (int c = table.vectorChannels; c < channels; c++) {
                y[i + c] = Math.max(0, table.normalised(z[i + c], c) + shortcut[i + c]);
            }
        }
    }

    private static void apply(
            float[] z,
            float[] shortcut,
            int at,
            int channels,
            float[] centre,
            float[] factor,
            float[] constant,
            float[] y) {
        FloatVector zero = FloatVector.zero(S);
        for (int c = 0; c < channels; c += S.length()) {
            FloatVector.fromArray(S, z, at + c)
                    .sub(FloatVector.fromArray(S, centre, c))
                    .fma(FloatVector.fromArray(S, factor, c), FloatVector.fromArray(S, constant, c))
                    .add(FloatVector.fromArray(S, shortcut, at + c))
                    .max(zero)
                    .intoArray(y, at + c);
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
        float[] run = table.device.borrow(2 * channels);
        Arrays.fill(run, 0, 2 * channels, 0);
        for (int i = from; i < from + voxels * channels; i += channels) {
            sum(z, dy, y, i, table.vectorChannels, table.centre, run, channels);
        }
        for (int c = 0; c < table.vectorChannels; c++) {
            sums[at + c] += run[c];
            sums[at + channels + c] += run[channels + c];
        }
        table.device.giveBack(run);
        for (int c = table.vectorChannels; c < channels; c++) {
            for (int i = from + c; i < from + voxels * channels; i += channels) {
                float g = y[i] <= 0 ? 0 : dy[i];
                sums[at + c] += g;
                sums[at + channels + c] += (double) g * (z[i] - table.centre[c]);
            }
        }
    }

    /** Adds one voxel's g, and from {@code products} on g·(z − centre). */
    private static void sum(
            float[] z, float[] dy, float[] y, int at, int channels, float[] centre, float[] run, int products) {
        FloatVector zero = FloatVector.zero(S);
        for (int c = 0; c < channels; c += S.length()) {
            VectorMask<Float> closed = FloatVector.fromArray(S, y, at + c).compare(VectorOperators.LE, zero);
            FloatVector g = FloatVector.fromArray(S, dy, at + c).blend(zero, closed);
            FloatVector.fromArray(S, run, c).add(g).intoArray(run, c);
            FloatVector.fromArray(S, z, at + c)
                    .sub(FloatVector.fromArray(S, centre, c))
                    .fma(g, FloatVector.fromArray(S, run, products + c))
                    .intoArray(run, products + c);
        }
    }

    /**
     * Computes dz of {@code voxels} voxels from index {@code from} on. Each takes {@code stride} floats of the result;
     * those beyond the channels become zero.
     */
    void gradient(float[] z, float[] dy, float[] y, int from, int voxels, float[] dz, int at, int stride) {
        for (int v = 0; v < voxels; v++) {
            int i = from + v * table.channels;
            int to = at + v * stride;
            gradient(
                    z,
                    dy,
                    y,
                    i,
                    table.vectorChannels,
                    table.centre,
                    table.factor,
                    table.ofInput,
                    table.gradConstant,
                    dz,
                    to);
            for (int c = table.vectorChannels; c < table.channels; c++) {
                dz[to + c] = table.gradient(z[i + c], y[i + c] <= 0 ? 0 : dy[i + c], c);
            }
        }
        table.pad(dz, at, voxels, stride);
    }

    private static void gradient(
            float[] z,
            float[] dy,
            float[] y,
            int at,
            int channels,
            float[] centre,
            float[] factor,
            float[] ofInput,
            float[] gradConstant,
            float[] dz,
            int to) {
        FloatVector zero = FloatVector.zero(S);
        for (int c = 0; c < channels; c += S.length()) {
            VectorMask<Float> closed = FloatVector.fromArray(S, y, at + c).compare(VectorOperators.LE, zero);
            FloatVector g = FloatVector.fromArray(S, dy, at + c).blend(zero, closed);
            FloatVector.fromArray(S, z, at + c)
                    .sub(FloatVector.fromArray(S, centre, c))
                    .fma(
                            FloatVector.fromArray(S, ofInput, c),
                            g.fma(FloatVector.fromArray(S, factor, c), FloatVector.fromArray(S, gradConstant, c)))
                    .intoArray(dz, to + c);
        }
    }
}
