package dev.voxgrad.engine.op.convblock.cpu;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.batchnorm.WideValues;

/**
 * Holds the numbers that batch norm and its gradient take for each channel: norm(z) = (z − centre)·factor + constant,
 * and dz = (z − centre)·ofInput + gradConstant + g·factor, where g is the gradient of norm(z).
 *
 * <p>If values are so {@linkplain WideValues large} that float32 is not enough, no channel is computed in vectors:
 * plain loops in double replace them.
 */
final class NormTable implements AutoCloseable {
    final CpuDevice device;
    final int channels;
    /** Number of channels that are computed in vectors: all but the last few, or none if values are large. */
    final int vectorChannels;

    /** The scale s = 1/√(variance + eps) that is contained in the factor γ·s. */
    final float[] scale;

    final float[] centre;
    final float[] factor;
    final float[] constant;
    final float[] ofInput;
    final float[] gradConstant;
    /** Null unless values are large. */
    private final @Nullable WideValues wide;

    private NormTable(CpuDevice device, float[] mean, float[] scale, float[] weight, float[] bias, int channels) {
        this.device = device;
        this.channels = channels;
        this.scale = device.borrow(channels);
        this.centre = device.borrow(channels);
        this.factor = device.borrow(channels);
        this.constant = device.borrow(channels);
        this.ofInput = device.borrow(channels);
        this.gradConstant = device.borrow(channels);
        for (int c = 0; c < channels; c++) {
            this.scale[c] = scale[c];
            centre[c] = mean[c];
            factor[c] = (float) ((double) weight[c] * scale[c]);
            constant[c] = bias[c];
        }
        this.wide = WideValues.isNeeded(scale, channels) ? new WideValues(this.scale, channels) : null;
        this.vectorChannels = wide == null ? channels / Lanes.COUNT * Lanes.COUNT : 0;
    }

    /** Makes the table of a batch norm from its tensors, in memory that it borrows until {@link #close}. */
    static NormTable of(CpuDevice device, Tensor mean, Tensor scale, Tensor weight, Tensor bias) {
        return new NormTable(
                device,
                CpuStorage.array(mean),
                CpuStorage.array(scale),
                CpuStorage.array(weight),
                CpuStorage.array(bias),
                mean.shape().elements());
    }

    /** Returns the borrowed memory. */
    @Override
    public void close() {
        device.giveBack(scale);
        device.giveBack(centre);
        device.giveBack(factor);
        device.giveBack(constant);
        device.giveBack(ofInput);
        device.giveBack(gradConstant);
    }

    /**
     * Sets the part of the gradient that comes from the statistics: dz = γ·s·(g − dβ/n − x̂·dγ/n).
     *
     * @param n values per channel
     */
    void setGradient(float[] gradWeight, float[] gradBias, double n) {
        for (int c = 0; c < channels; c++) {
            ofInput[c] = (float) (-(double) factor[c] * scale[c] * gradWeight[c] / n);
            gradConstant[c] = (float) (-(double) factor[c] * gradBias[c] / n);
        }
        if (wide != null) {
            wide.setGradient(factor, gradWeight, n);
        }
    }

    /** Returns norm(z). */
    float normalised(float z, int c) {
        return wide == null
                ? Math.fma(z - centre[c], factor[c], constant[c])
                : WideValues.affine(z, centre[c], factor[c], constant[c]);
    }

    /** Returns dz, given the gradient of norm(z). */
    float gradient(float z, float g, int c) {
        return alongInput(z, Math.fma(g, factor[c], gradConstant[c]), c);
    }

    /** Returns the part of dz that is proportional to z − centre, plus {@code rest}. */
    float alongInput(float z, float rest, int c) {
        return wide == null ? Math.fma(z - centre[c], ofInput[c], rest) : wide.alongInput(z, centre[c], rest, c);
    }

    /** Writes zeros beyond the channels of voxels that take {@code stride} floats each. */
    void pad(float[] values, int at, int voxels, int stride) {
        for (int v = 0; v < voxels && channels < stride; v++) {
            Arrays.fill(values, at + v * stride + channels, at + (v + 1) * stride, 0);
        }
    }
}
