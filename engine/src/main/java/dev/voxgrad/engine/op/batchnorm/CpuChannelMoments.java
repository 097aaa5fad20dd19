package dev.voxgrad.engine.op.batchnorm;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.device.cpu.Lanes;

/**
 * Collects mean and variance of each channel from runs of channels-last voxels as they become available. Each task
 * collects its own, and at the end the tasks' moments are joined in order.
 */
public final class CpuChannelMoments implements AutoCloseable {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    private final CpuDevice device;
    private final int channels;
    private final Moments[] tasks;
    /** The sums of all tasks, followed by their total. */
    private final double[] sums;

    /** Creates moments for {@code tasks} tasks; {@link #close} releases their memory. */
    public CpuChannelMoments(CpuDevice device, int channels, int tasks) {
        this.device = device;
        this.channels = channels;
        this.tasks = new Moments[tasks];
        this.sums = device.borrowSums((tasks + 1) * Moments.size(channels));
        for (int i = 0; i < tasks; i++) {
            this.tasks[i] = new Moments(sums, i * Moments.size(channels), channels);
        }
    }

    /** Adds the voxels in x[from] … x[from + count − 1]. Calls with the same {@code task} must not run concurrently. */
    public void add(int task, float[] x, int from, int count) {
        Columns columns = Columns.of(channels, count);
        Moments moments = tasks[task];
        int period = columns.period();
        float[] centre = device.borrow(period);
        float[] sum = device.borrow(period);
        float[] squares = device.borrow(period);
        for (int r = 0; r < columns.rows(); r += columns.blockRows()) {
            int rows = Math.min(columns.blockRows(), columns.rows() - r);
            int start = from + r * period;
            if (columnMoments(x, start, rows, period, centre, sum, squares)) {
                for (int p = 0; p < period; p += channels) {
                    moments.add(rows, centre, sum, squares, p);
                }
            } else {
                for (int i = start; i < start + rows * period; i += channels) {
                    moments.add(x, i); // one by one, in double
                }
            }
        }
        device.giveBack(centre);
        device.giveBack(sum);
        device.giveBack(squares);
        for (int i = from + columns.tail(); i < from + count; i += channels) {
            moments.add(x, i);
        }
    }

    /**
     * Computes mean and scale, 1/√(variance + eps), of all values together, and moves the running statistics towards
     * them. Call it once, when all tasks are done.
     */
    public void finish(
            double momentum, double eps, Tensor runningMean, Tensor runningVariance, Tensor mean, Tensor scale) {
        Moments total = total();
        float[] movedMean = CpuStorage.array(runningMean);
        float[] movedVariance = CpuStorage.array(runningVariance);
        for (int c = 0; c < channels; c++) {
            double variance = total.squares(c) / total.count();
            double unbiased = total.squares(c) / (total.count() - 1);
            CpuStorage.array(mean)[c] = (float) total.mean(c);
            CpuStorage.array(scale)[c] = (float) (1 / Math.sqrt(variance + eps));
            movedMean[c] = (float) ((1 - momentum) * movedMean[c] + momentum * total.mean(c));
            movedVariance[c] = (float) ((1 - momentum) * movedVariance[c] + momentum * unbiased);
        }
    }

    private Moments total() {
        Moments total = new Moments(sums, tasks.length * Moments.size(channels), channels);
        for (Moments task : tasks) {
            total.add(task);
        }
        return total;
    }

    @Override
    public void close() {
        device.giveBack(sums);
    }

    /**
     * Computes for each column of a block a centre (roughly its mean), Σ(x − centre) and Σ(x − centre)². The second
     * pass finds the block in the first-level cache.
     *
     * @return false if a square is not finite; it overflows for values from 1e18 on
     */
    private static boolean columnMoments(
            float[] x, int from, int rows, int period, float[] centre, float[] sum, float[] squares) {
        int end = from + rows * period;
        FloatVector notFinite = FloatVector.zero(S);
        for (int p = 0; p < period; p += S.length()) {
            FloatVector sum0 = FloatVector.zero(S);
            FloatVector sum1 = FloatVector.zero(S);
            int i = from + p;
            for (; i < end - period; i += 2 * period) {
                sum0 = sum0.add(FloatVector.fromArray(S, x, i));
                sum1 = sum1.add(FloatVector.fromArray(S, x, i + period));
            }
            if (Integer.compareUnsigned(i, end) < 0) { // i may have passed 2^31
                sum0 = sum0.add(FloatVector.fromArray(S, x, i));
            }
            FloatVector middle = sum0.add(sum1).mul(1f / rows);
            sum0 = FloatVector.zero(S);
            sum1 = FloatVector.zero(S);
            FloatVector squares0 = FloatVector.zero(S);
            FloatVector squares1 = FloatVector.zero(S);
            i = from + p;
            for (; i < end - period; i += 2 * period) {
                FloatVector d0 = FloatVector.fromArray(S, x, i).sub(middle);
                FloatVector d1 = FloatVector.fromArray(S, x, i + period).sub(middle);
                sum0 = sum0.add(d0);
                sum1 = sum1.add(d1);
                squares0 = d0.fma(d0, squares0);
                squares1 = d1.fma(d1, squares1);
            }
            if (Integer.compareUnsigned(i, end) < 0) { // i may have passed 2^31
                FloatVector d0 = FloatVector.fromArray(S, x, i).sub(middle);
                sum0 = sum0.add(d0);
                squares0 = d0.fma(d0, squares0);
            }
            middle.intoArray(centre, p);
            sum0.add(sum1).intoArray(sum, p);
            squares0 = squares0.add(squares1);
            squares0.intoArray(squares, p);
            notFinite = squares0.sub(squares0).add(notFinite); // NaN, or zero
        }
        return notFinite.compare(VectorOperators.EQ, notFinite).allTrue();
    }
}
