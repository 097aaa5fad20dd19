package dev.voxgrad.engine.op.batchnorm;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.device.cpu.Lanes;

/**
 * Computes an affine function of each channel, of one or two channels-last tensors. Normalising and its gradients come
 * down to this once the sums are known. The centre is subtracted first, so that a large mean costs no digits.
 */
record AffineCpu(CpuDevice device) {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    /** Computes output = (x − centre)·factor + constant. */
    void apply(Tensor x, double[] centre, double[] factor, double[] constant, Tensor output) {
        float[] from = CpuStorage.array(x);
        float[] to = CpuStorage.array(output);
        Columns columns = Columns.of(centre.length, x.shape().elements());
        float[] centres = columns.repeat(device, centre);
        float[] factors = columns.repeat(device, factor);
        float[] constants = columns.repeat(device, constant);
        device.parallel(columns.tasks(), task -> {
            for (int r = columns.firstRow(task); r < columns.lastRow(task); r++) {
                row(from, centres, factors, constants, to, r * columns.period(), columns.period());
            }
        });
        for (int i = columns.tail(), p = 0; i < columns.elements(); i++, p++) {
            to[i] = Math.fma(from[i] - centres[p], factors[p], constants[p]);
        }
        Columns.giveBack(device, centres, factors, constants);
    }

    private static void row(
            float[] x, float[] centre, float[] factor, float[] constant, float[] y, int from, int period) {
        for (int p = 0; p < period; p += S.length()) {
            FloatVector.fromArray(S, x, from + p)
                    .sub(FloatVector.fromArray(S, centre, p))
                    .fma(FloatVector.fromArray(S, factor, p), FloatVector.fromArray(S, constant, p))
                    .intoArray(y, from + p);
        }
    }

    /** Computes output = (x − centre)·ofX + g·ofG + constant. */
    void apply(Tensor x, double[] centre, double[] ofX, Tensor g, double[] ofG, double[] constant, Tensor output) {
        float[] fromX = CpuStorage.array(x);
        float[] fromG = CpuStorage.array(g);
        float[] to = CpuStorage.array(output);
        Columns columns = Columns.of(centre.length, x.shape().elements());
        float[] centres = columns.repeat(device, centre);
        float[] factorsX = columns.repeat(device, ofX);
        float[] factorsG = columns.repeat(device, ofG);
        float[] constants = columns.repeat(device, constant);
        device.parallel(columns.tasks(), task -> {
            for (int r = columns.firstRow(task); r < columns.lastRow(task); r++) {
                row(fromX, centres, factorsX, fromG, factorsG, constants, to, r * columns.period(), columns.period());
            }
        });
        for (int i = columns.tail(), p = 0; i < columns.elements(); i++, p++) {
            to[i] = Math.fma(fromX[i] - centres[p], factorsX[p], Math.fma(fromG[i], factorsG[p], constants[p]));
        }
        Columns.giveBack(device, centres, factorsX, factorsG, constants);
    }

    private static void row(
            float[] x,
            float[] centre,
            float[] ofX,
            float[] g,
            float[] ofG,
            float[] constant,
            float[] y,
            int from,
            int period) {
        for (int p = 0; p < period; p += S.length()) {
            FloatVector ofGradient = FloatVector.fromArray(S, g, from + p)
                    .fma(FloatVector.fromArray(S, ofG, p), FloatVector.fromArray(S, constant, p));
            FloatVector.fromArray(S, x, from + p)
                    .sub(FloatVector.fromArray(S, centre, p))
                    .fma(FloatVector.fromArray(S, ofX, p), ofGradient)
                    .intoArray(y, from + p);
        }
    }
}
