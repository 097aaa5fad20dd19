package dev.voxgrad.engine.op.conv3d.cpu.planar;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.MicroKernels;

/**
 * The innermost loop for a last block of channels that fills a single vector, as the views of an ACS convolution have
 * it; {@link MicroKernels} has the one for two vectors.
 */
final class NarrowKernel {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.COUNT;

    private NarrowKernel() {}

    /** c[p, :] = Σ over k of a[p·step + k] · b[k, :] for 7 positions p and one vector of channels. */
    static void products7(float[] a, int a0, int step, float[] b, int b0, int length, float[] c, int c0) {
        FloatVector sum0 = FloatVector.zero(S);
        FloatVector sum1 = FloatVector.zero(S);
        FloatVector sum2 = FloatVector.zero(S);
        FloatVector sum3 = FloatVector.zero(S);
        FloatVector sum4 = FloatVector.zero(S);
        FloatVector sum5 = FloatVector.zero(S);
        FloatVector sum6 = FloatVector.zero(S);
        for (int k = 0; k < length; k++) {
            FloatVector weights = FloatVector.fromArray(S, b, b0 + k * L);
            int at = a0 + k;
            sum0 = weights.fma(FloatVector.broadcast(S, a[at]), sum0);
            sum1 = weights.fma(FloatVector.broadcast(S, a[at + step]), sum1);
            sum2 = weights.fma(FloatVector.broadcast(S, a[at + 2 * step]), sum2);
            sum3 = weights.fma(FloatVector.broadcast(S, a[at + 3 * step]), sum3);
            sum4 = weights.fma(FloatVector.broadcast(S, a[at + 4 * step]), sum4);
            sum5 = weights.fma(FloatVector.broadcast(S, a[at + 5 * step]), sum5);
            sum6 = weights.fma(FloatVector.broadcast(S, a[at + 6 * step]), sum6);
        }
        sum0.intoArray(c, c0);
        sum1.intoArray(c, c0 + L);
        sum2.intoArray(c, c0 + 2 * L);
        sum3.intoArray(c, c0 + 3 * L);
        sum4.intoArray(c, c0 + 4 * L);
        sum5.intoArray(c, c0 + 5 * L);
        sum6.intoArray(c, c0 + 6 * L);
    }
}
