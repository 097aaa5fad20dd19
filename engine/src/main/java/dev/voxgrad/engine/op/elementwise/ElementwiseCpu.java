package dev.voxgrad.engine.op.elementwise;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.device.cpu.Ranges;

/** Implements {@link ElementwiseKernels} with the Vector API. */
record ElementwiseCpu(CpuDevice device) implements ElementwiseKernels {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    @Override
    public void add(Tensor a, Tensor b, Tensor output) {
        float[] left = CpuStorage.array(a);
        float[] right = CpuStorage.array(b);
        float[] y = CpuStorage.array(output);
        Ranges.parallel(device, output.shape().elements(), (from, to) -> add(left, right, y, from, to));
    }

    @Override
    public void mul(Tensor a, Tensor b, Tensor output) {
        float[] left = CpuStorage.array(a);
        float[] right = CpuStorage.array(b);
        float[] y = CpuStorage.array(output);
        Ranges.parallel(device, output.shape().elements(), (from, to) -> mul(left, right, y, from, to));
    }

    @Override
    public void scale(Tensor x, double factor, Tensor output) {
        float[] values = CpuStorage.array(x);
        float[] y = CpuStorage.array(output);
        Ranges.parallel(device, output.shape().elements(), (from, to) -> scale(values, (float) factor, y, from, to));
    }

    private static void add(float[] a, float[] b, float[] y, int from, int to) {
        int i = from;
        for (; i <= to - S.length(); i += S.length()) {
            FloatVector.fromArray(S, a, i).add(FloatVector.fromArray(S, b, i)).intoArray(y, i);
        }
        for (; i < to; i++) {
            y[i] = a[i] + b[i];
        }
    }

    private static void mul(float[] a, float[] b, float[] y, int from, int to) {
        int i = from;
        for (; i <= to - S.length(); i += S.length()) {
            FloatVector.fromArray(S, a, i).mul(FloatVector.fromArray(S, b, i)).intoArray(y, i);
        }
        for (; i < to; i++) {
            y[i] = a[i] * b[i];
        }
    }

    private static void scale(float[] x, float factor, float[] y, int from, int to) {
        int i = from;
        for (; i <= to - S.length(); i += S.length()) {
            FloatVector.fromArray(S, x, i).mul(factor).intoArray(y, i);
        }
        for (; i < to; i++) {
            y[i] = x[i] * factor;
        }
    }
}
