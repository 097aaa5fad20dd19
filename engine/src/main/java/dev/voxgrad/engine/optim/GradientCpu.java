package dev.voxgrad.engine.optim;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.device.cpu.Ranges;

/** Implements {@link GradientKernels} with the Vector API. */
record GradientCpu(CpuDevice device) implements GradientKernels {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    /**
     * The number of values per partial sum; fixed, so that the rounding of the total does not depend on the threads.
     */
    private static final int PIECE = 16 * 1024;

    /**
     * Computes a partial sum for each piece, then adds these in order. Memory bandwidth is the limit here, so plain
     * doubles are fast enough.
     */
    @Override
    public double sumOfSquares(Tensor gradient) {
        float[] g = CpuStorage.array(gradient);
        int n = gradient.shape().elements();
        double[] partial = new double[Math.ceilDiv(n, PIECE)];
        device.parallel(partial.length, i -> partial[i] = sumOfSquares(g, i * PIECE, Math.min(n, i * PIECE + PIECE)));
        double sum = 0;
        for (double value : partial) {
            sum += value;
        }
        return sum;
    }

    @Override
    public void scale(Tensor gradient, double factor) {
        float[] g = CpuStorage.array(gradient);
        Ranges.parallel(device, gradient.shape().elements(), (from, to) -> scale(g, (float) factor, from, to));
    }

    @Override
    public void clamp(Tensor gradient, double limit) {
        float[] g = CpuStorage.array(gradient);
        Ranges.parallel(device, gradient.shape().elements(), (from, to) -> clamp(g, (float) limit, from, to));
    }

    /** Sums g[from … to)² in four chains, so that an addition need not wait for the previous one. */
    private static double sumOfSquares(float[] g, int from, int to) {
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int i = from;
        for (; i <= to - 4; i += 4) {
            sum0 += (double) g[i] * g[i];
            sum1 += (double) g[i + 1] * g[i + 1];
            sum2 += (double) g[i + 2] * g[i + 2];
            sum3 += (double) g[i + 3] * g[i + 3];
        }
        for (; i < to; i++) {
            sum0 += (double) g[i] * g[i];
        }
        return sum0 + sum1 + (sum2 + sum3);
    }

    private static void scale(float[] g, float factor, int from, int to) {
        int i = from;
        for (; i <= to - S.length(); i += S.length()) {
            FloatVector.fromArray(S, g, i).mul(factor).intoArray(g, i);
        }
        for (; i < to; i++) {
            g[i] *= factor;
        }
    }

    private static void clamp(float[] g, float limit, int from, int to) {
        int i = from;
        for (; i <= to - S.length(); i += S.length()) {
            FloatVector.fromArray(S, g, i).max(-limit).min(limit).intoArray(g, i);
        }
        for (; i < to; i++) {
            g[i] = Math.min(Math.max(g[i], -limit), limit);
        }
    }
}
