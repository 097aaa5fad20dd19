package dev.voxgrad.engine.optim;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.device.cpu.Ranges;

/**
 * Implements {@link AverageKernels} with the Vector API; the scalar tail performs the same operations in the same
 * order.
 */
record AverageCpu(CpuDevice device) implements AverageKernels {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    /** Moves part of the way from one tensor to the other; both forms of the formula do this. */
    @Override
    public void step(Tensor average, Tensor value, double decay) {
        float[] a = CpuStorage.array(average);
        float[] p = CpuStorage.array(value);
        boolean fromAverage = decay >= 0.5;
        float[] start = fromAverage ? a : p;
        float[] end = fromAverage ? p : a;
        float part = (float) (fromAverage ? 1 - decay : decay);
        Ranges.parallel(device, average.shape().elements(), (from, to) -> move(start, end, part, a, from, to));
    }

    private static void move(float[] start, float[] end, float part, float[] result, int from, int to) {
        FloatVector parts = FloatVector.broadcast(S, part);
        int i = from;
        for (; i <= to - S.length(); i += S.length()) {
            FloatVector begin = FloatVector.fromArray(S, start, i);
            FloatVector.fromArray(S, end, i).sub(begin).fma(parts, begin).intoArray(result, i);
        }
        for (; i < to; i++) {
            result[i] = Math.fma(end[i] - start[i], part, start[i]);
        }
    }
}
