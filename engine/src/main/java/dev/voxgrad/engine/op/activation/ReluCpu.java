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

/** Implements {@link ReluKernels} with the Vector API. */
record ReluCpu(CpuDevice device) implements ReluKernels {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    @Override
    public void forward(Tensor input, Tensor output) {
        float[] x = CpuStorage.array(input);
        float[] y = CpuStorage.array(output);
        Ranges.parallel(device, input.shape().elements(), (from, to) -> forward(x, y, from, to));
    }

    @Override
    public void backward(Tensor output, Tensor gradOutput, Tensor gradInput) {
        float[] y = CpuStorage.array(output);
        float[] dy = CpuStorage.array(gradOutput);
        float[] dx = CpuStorage.array(gradInput);
        Ranges.parallel(device, output.shape().elements(), (from, to) -> backward(y, dy, dx, from, to));
    }

    private static void forward(float[] x, float[] y, int from, int to) {
        FloatVector zero = FloatVector.zero(S);
        int i = from;
        for (; i <= to - S.length(); i += S.length()) {
            FloatVector.fromArray(S, x, i).max(zero).intoArray(y, i);
        }
        for (; i < to; i++) {
            y[i] = Math.max(x[i], 0);
        }
    }

    private static void backward(float[] y, float[] dy, float[] dx, int from, int to) {
        FloatVector zero = FloatVector.zero(S);
        int i = from;
        for (; i <= to - S.length(); i += S.length()) {
            VectorMask<Float> closed = FloatVector.fromArray(S, y, i).compare(VectorOperators.LE, zero);
            FloatVector.fromArray(S, dy, i).blend(zero, closed).intoArray(dx, i);
        }
        for (; i < to; i++) {
            dx[i] = y[i] <= 0 ? 0 : dy[i];
        }
    }
}
