package dev.voxgrad.engine.op.batchnorm;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.device.cpu.Lanes;

/**
 * Implements {@link BatchNormKernels} with the Vector API, on channels-last arrays that are divided as {@link Columns}
 * describes. Each kernel reads its arrays from memory once.
 */
record BatchNormCpu(CpuDevice device) implements BatchNormKernels {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    // ---------------------------------------------------------------------------------------------- statistics

    @Override
    public void batchStatistics(
            Tensor input,
            double momentum,
            double eps,
            Tensor runningMean,
            Tensor runningVariance,
            Tensor mean,
            Tensor scale) {
        float[] x = CpuStorage.array(input);
        int channels = input.shape().dim(1);
        Columns columns = Columns.of(channels, input.shape().elements());
        try (CpuChannelMoments moments = new CpuChannelMoments(device, channels, columns.tasks() + 1)) {
            device.parallel(columns.tasks(), task -> {
                int from = columns.firstRow(task) * columns.period();
                moments.add(task, x, from, columns.lastRow(task) * columns.period() - from);
            });
            moments.add(columns.tasks(), x, columns.tail(), columns.elements() - columns.tail());
            moments.finish(momentum, eps, runningMean, runningVariance, mean, scale);
        }
    }

    @Override
    public void runningStatistics(double eps, Tensor runningMean, Tensor runningVariance, Tensor mean, Tensor scale) {
        for (int c = 0; c < mean.shape().elements(); c++) {
            CpuStorage.array(mean)[c] = CpuStorage.array(runningMean)[c];
            CpuStorage.array(scale)[c] = (float) (1 / Math.sqrt(CpuStorage.array(runningVariance)[c] + eps));
        }
    }

    // ------------------------------------------------------------------------------------------------ forward

    @Override
    public void normalise(Tensor input, Tensor mean, Tensor scale, Tensor weight, Tensor bias, Tensor output) {
        int channels = input.shape().dim(1);
        double[] factor = new double[channels];
        for (int c = 0; c < channels; c++) {
            factor[c] = (double) CpuStorage.array(weight)[c] * CpuStorage.array(scale)[c];
        }
        if (WideValues.isNeeded(scale)) {
            WideValues.apply(input, doubles(mean), factor, doubles(bias), output);
        } else {
            new AffineCpu(device).apply(input, doubles(mean), factor, doubles(bias), output);
        }
    }

    // ----------------------------------------------------------------------------------------------- backward

    @Override
    public void backwardParameters(
            Tensor input, Tensor mean, Tensor scale, Tensor gradOutput, Tensor gradWeight, Tensor gradBias) {
        float[] x = CpuStorage.array(input);
        float[] dy = CpuStorage.array(gradOutput);
        float[] mu = CpuStorage.array(mean);
        int channels = input.shape().dim(1);
        if (WideValues.isNeeded(scale)) {
            double[] sums = new double[2 * channels];
            WideValues.addGradientSums(input, gradOutput, doubles(mean), sums);
            for (int c = 0; c < channels; c++) {
                CpuStorage.array(gradBias)[c] = (float) sums[c];
                CpuStorage.array(gradWeight)[c] = (float) (sums[channels + c] * CpuStorage.array(scale)[c]);
            }
            return;
        }
        Columns columns = Columns.of(channels, input.shape().elements());
        float[] centre = columns.repeat(device, doubles(mean));
        double[] partial = device.borrowSums(columns.tasks() * 2 * channels);
        device.parallel(columns.tasks(), task -> addGradientSums(x, dy, centre, columns, task, partial));
        for (int c = 0; c < channels; c++) {
            double sum = 0;
            double products = 0;
            for (int at = 0; at < 2 * channels * columns.tasks(); at += 2 * channels) {
                sum += partial[at + c];
                products += partial[at + channels + c];
            }
            for (int i = columns.tail() + c; i < columns.elements(); i += channels) {
                sum += dy[i];
                products += (double) dy[i] * (x[i] - mu[c]);
            }
            CpuStorage.array(gradBias)[c] = (float) sum;
            CpuStorage.array(gradWeight)[c] = (float) (products * CpuStorage.array(scale)[c]);
        }
        Columns.giveBack(device, centre);
        device.giveBack(partial);
    }

    /**
     * Adds Σ dy of each channel, followed by Σ dy·(x − mean) of each channel, over a task's rows, to the task's part of
     * {@code total}.
     */
    private void addGradientSums(float[] x, float[] dy, float[] centre, Columns columns, int task, double[] total) {
        int channels = columns.channels();
        int period = columns.period();
        int at = task * 2 * channels;
        float[] sum = device.borrow(period);
        float[] products = device.borrow(period);
        for (int r = columns.firstRow(task); r < columns.lastRow(task); r += columns.blockRows()) {
            int rows = Math.min(columns.blockRows(), columns.lastRow(task) - r);
            columnGradientSums(x, dy, centre, r * period, rows, period, sum, products);
            for (int p = 0; p < period; p += channels) {
                for (int c = 0; c < channels; c++) {
                    total[at + c] += sum[p + c];
                    total[at + channels + c] += products[p + c];
                }
            }
        }
        Columns.giveBack(device, sum, products);
    }

    private static void columnGradientSums(
            float[] x, float[] dy, float[] centre, int from, int rows, int period, float[] sum, float[] products) {
        int end = from + rows * period;
        for (int p = 0; p < period; p += S.length()) {
            FloatVector middle = FloatVector.fromArray(S, centre, p);
            FloatVector sum0 = FloatVector.zero(S);
            FloatVector sum1 = FloatVector.zero(S);
            FloatVector products0 = FloatVector.zero(S);
            FloatVector products1 = FloatVector.zero(S);
            int i = from + p;
            for (; i < end - period; i += 2 * period) {
                FloatVector g0 = FloatVector.fromArray(S, dy, i);
                FloatVector g1 = FloatVector.fromArray(S, dy, i + period);
                sum0 = sum0.add(g0);
                sum1 = sum1.add(g1);
                products0 = FloatVector.fromArray(S, x, i).sub(middle).fma(g0, products0);
                products1 = FloatVector.fromArray(S, x, i + period).sub(middle).fma(g1, products1);
            }
            if (Integer.compareUnsigned(i, end) < 0) { // i may have passed 2^31
                FloatVector g0 = FloatVector.fromArray(S, dy, i);
                sum0 = sum0.add(g0);
                products0 = FloatVector.fromArray(S, x, i).sub(middle).fma(g0, products0);
            }
            sum0.add(sum1).intoArray(sum, p);
            products0.add(products1).intoArray(products, p);
        }
    }

    /** Computes dx = γ·s·dy − (x − μ)·γ·s²·dγ/n − γ·s·dβ/n: for each channel, an affine function of x and dy. */
    @Override
    public void backwardTraining(
            Tensor input,
            Tensor mean,
            Tensor scale,
            Tensor weight,
            Tensor gradOutput,
            Tensor gradWeight,
            Tensor gradBias,
            Tensor gradInput) {
        int channels = input.shape().dim(1);
        double n = BatchNormOp.valuesPerChannel(input.shape());
        double[] ofInput = new double[channels];
        double[] ofGradient = new double[channels];
        double[] constant = new double[channels];
        for (int c = 0; c < channels; c++) {
            double s = CpuStorage.array(scale)[c];
            double factor = CpuStorage.array(weight)[c] * s;
            ofInput[c] = -factor * s * CpuStorage.array(gradWeight)[c] / n;
            ofGradient[c] = factor;
            constant[c] = -factor * CpuStorage.array(gradBias)[c] / n;
        }
        if (WideValues.isNeeded(scale)) {
            WideValues.apply(input, doubles(mean), ofInput, gradOutput, ofGradient, constant, gradInput);
        } else {
            new AffineCpu(device).apply(input, doubles(mean), ofInput, gradOutput, ofGradient, constant, gradInput);
        }
    }

    @Override
    public void backwardRunning(Tensor scale, Tensor weight, Tensor gradOutput, Tensor gradInput) {
        int channels = gradOutput.shape().dim(1);
        double[] factor = new double[channels];
        double[] zero = new double[channels];
        for (int c = 0; c < channels; c++) {
            factor[c] = (double) CpuStorage.array(weight)[c] * CpuStorage.array(scale)[c];
        }
        new AffineCpu(device).apply(gradOutput, zero, factor, zero, gradInput);
    }

    private static double[] doubles(Tensor perChannel) {
        double[] values = new double[perChannel.shape().elements()];
        perChannel.device().read(perChannel.storage(), values);
        return values;
    }
}
