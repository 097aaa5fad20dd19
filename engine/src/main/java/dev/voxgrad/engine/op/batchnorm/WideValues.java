package dev.voxgrad.engine.op.batchnorm;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuStorage;

/**
 * Normalises values whose deviations are too large for float32: from 1e19 on, the square of the scale, which the
 * gradient contains, underflows, and near 3e38 sums and differences overflow. For such values everything is computed in
 * double, in plain loops; no net that learns has such values for long.
 */
public final class WideValues {
    /** The value of 1/√(variance + eps) below which values count as large; any well-behaved channel is above it. */
    private static final float LARGEST_SCALE = 1e-10f;

    private final float[] scale;
    private final double[] slopes;

    /** Prepares for channels with these scales. */
    public WideValues(float[] scale, int channels) {
        this.scale = scale;
        this.slopes = new double[channels];
    }

    /** Tests whether any of the first {@code channels} scales belongs to large values. */
    public static boolean isNeeded(float[] scale, int channels) {
        for (int c = 0; c < channels; c++) {
            if (scale[c] < LARGEST_SCALE) {
                return true;
            }
        }
        return false;
    }

    static boolean isNeeded(Tensor scale) {
        return isNeeded(CpuStorage.array(scale), scale.shape().elements());
    }

    /** Returns (x − centre)·factor + constant. */
    public static float affine(float x, float centre, float factor, float constant) {
        return (float) (((double) x - centre) * factor + constant);
    }

    /**
     * Sets the part of the gradient that comes from the variance, −factor·s·dγ/n for each channel.
     *
     * @param factor γ·s
     * @param n values per channel
     */
    public void setGradient(float[] factor, float[] gradWeight, double n) {
        for (int c = 0; c < slopes.length; c++) {
            slopes[c] = -(double) factor[c] * scale[c] * gradWeight[c] / n;
        }
    }

    /** Returns (x − centre)·slope + rest, with the slope that {@link #setGradient} has set. */
    public float alongInput(float x, float centre, float rest, int c) {
        return (float) (((double) x - centre) * slopes[c] + rest);
    }

    /** Writes output = (x − centre)·factor + constant, for each channel. */
    static void apply(Tensor x, double[] centre, double[] factor, double[] constant, Tensor output) {
        float[] from = CpuStorage.array(x);
        float[] to = CpuStorage.array(output);
        int channels = centre.length;
        for (int i = 0; i < x.shape().elements(); i++) {
            int c = i % channels;
            to[i] = affine(from[i], (float) centre[c], (float) factor[c], (float) constant[c]);
        }
    }

    /** Writes output = (x − centre)·ofX + g·ofG + constant, for each channel. */
    static void apply(
            Tensor x, double[] centre, double[] ofX, Tensor g, double[] ofG, double[] constant, Tensor output) {
        float[] fromX = CpuStorage.array(x);
        float[] fromG = CpuStorage.array(g);
        float[] to = CpuStorage.array(output);
        int channels = centre.length;
        for (int i = 0; i < x.shape().elements(); i++) {
            int c = i % channels;
            to[i] = (float) ((fromX[i] - centre[c]) * ofX[c] + fromG[i] * ofG[c] + constant[c]);
        }
    }

    /** Adds Σ g and, {@code centre.length} further on, Σ g·(x − centre) of each channel to {@code sums}. */
    static void addGradientSums(Tensor x, Tensor g, double[] centre, double[] sums) {
        float[] fromX = CpuStorage.array(x);
        float[] fromG = CpuStorage.array(g);
        int channels = centre.length;
        for (int i = 0; i < x.shape().elements(); i++) {
            int c = i % channels;
            sums[c] += fromG[i];
            sums[channels + c] += (double) fromG[i] * (fromX[i] - centre[c]);
        }
    }
}
