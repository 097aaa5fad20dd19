package dev.voxgrad.engine.op.activation;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.device.cpu.Ranges;

/** Implements {@link LeakyReluKernels} with the Vector API. */
record LeakyReluCpu(CpuDevice device) implements LeakyReluKernels {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    @Override
    public void forward(Tensor input, double negativeSlope, Tensor output) {
        float[] x = CpuStorage.array(input);
        float[] y = CpuStorage.array(output);
        Ranges.parallel(
                device,
                input.shape().elements(),
                (from, to) -> scaleWhereNotPositive(x, x, (float) negativeSlope, y, from, to));
    }

    @Override
    public void backward(Tensor input, double negativeSlope, Tensor gradOutput, Tensor gradInput) {
        float[] x = CpuStorage.array(input);
        float[] dy = CpuStorage.array(gradOutput);
        float[] dx = CpuStorage.array(gradInput);
        Ranges.parallel(
                device,
                input.shape().elements(),
                (from, to) -> scaleWhereNotPositive(x, dy, (float) negativeSlope, dx, from, to));
    }

    /** Computes result = values where x &gt; 0, else slope·values, which serves both directions. */
    private static void scaleWhereNotPositive(
            float[] x, float[] values, float slope, float[] result, int from, int to) {
        FloatVector zero = FloatVector.zero(S);
        int i = from;
        for (; i <= to - S.length(); i += S.length()) {
            VectorMask<Float> positive = FloatVector.fromArray(S, x, i).compare(VectorOperators.GT, zero);
            FloatVector value = FloatVector.fromArray(S, values, i);
            value.mul(slope).blend(value, positive).intoArray(result, i);
        }
        for (; i < to; i++) {
            result[i] = x[i] > 0 ? values[i] : slope * values[i];
        }
    }
}
