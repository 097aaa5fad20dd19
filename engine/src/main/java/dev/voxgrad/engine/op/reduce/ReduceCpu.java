package dev.voxgrad.engine.op.reduce;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;

/**
 * Implements {@link ReduceKernels} with sums in double. Each task sums a piece of fixed size, and the sums of the
 * pieces are added in order, so that the result does not depend on the number of threads.
 */
record ReduceCpu(CpuDevice device) implements ReduceKernels {
    private static final int PIECE = 16 * 1024;

    @Override
    public void sum(Tensor input, double factor, Tensor output) {
        float[] x = CpuStorage.array(input);
        int elements = input.shape().elements();
        double[] partial = new double[Math.ceilDiv(elements, PIECE)];
        device.parallel(
                partial.length,
                task -> partial[task] = sum(x, task * PIECE, (int) Math.min(elements, (task + 1L) * PIECE)));
        double total = 0;
        for (double part : partial) {
            total += part;
        }
        CpuStorage.array(output)[0] = (float) (factor * total);
    }

    /** Sums x[from … to) in four accumulators, so that an addition need not wait for the previous one. */
    private static double sum(float[] x, int from, int to) {
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int i = from;
        for (; i <= to - 4; i += 4) {
            sum0 += x[i];
            sum1 += x[i + 1];
            sum2 += x[i + 2];
            sum3 += x[i + 3];
        }
        for (; i < to; i++) {
            sum0 += x[i];
        }
        return sum0 + sum1 + (sum2 + sum3);
    }

    @Override
    public void spread(Tensor gradOutput, double factor, Tensor gradInput) {
        device.fill(gradInput.storage(), factor * CpuStorage.array(gradOutput)[0]);
    }
}
