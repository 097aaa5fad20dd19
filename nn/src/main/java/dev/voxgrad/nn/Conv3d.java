package dev.voxgrad.nn;

import java.util.SequencedMap;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;

/** Convolution of (N,C,D,H,W) volumes, with a weight of (outputs, C/groups, kD, kH, kW) and a bias of (outputs). */
public final class Conv3d implements Layer {
    private final Conv3dOp settings;
    private final Tensor weight;
    private final Tensor bias;

    /** A convolution with that stride, padding, dilation and number of groups. */
    public Conv3d(
            Device device, int inputChannels, int outputChannels, Dims3 kernel, Conv3dOp settings, boolean withBias) {
        if (settings.groups() < 1
                || inputChannels % settings.groups() != 0
                || outputChannels % settings.groups() != 0) {
            throw new IllegalArgumentException("conv3d: " + settings.groups() + " groups do not divide " + inputChannels
                    + " input and " + outputChannels + " output channels");
        }
        this.settings = settings;
        this.weight = Parameters.zeros(
                device, outputChannels, inputChannels / settings.groups(), kernel.d(), kernel.h(), kernel.w());
        this.bias = withBias ? Parameters.zeros(device, outputChannels) : null;
    }

    /** A convolution with a cube as kernel, stride 1, the same padding on all sides, and a bias. */
    public Conv3d(Device device, int inputChannels, int outputChannels, int kernel, int padding) {
        this(device, inputChannels, outputChannels, Dims3.cube(kernel), Conv3dOp.padded(padding), true);
    }

    @Override
    public Tensor forward(Tensor input) {
        return input.conv3d(weight, bias, settings);
    }

    @Override
    public boolean keepsActivations() {
        return false;
    }

    public Conv3dOp settings() {
        return settings;
    }

    public Tensor weight() {
        return weight;
    }

    /** Null for a convolution without. */
    public Tensor bias() {
        return bias;
    }

    @Override
    public SequencedMap<String, Tensor> ownParameters() {
        return Named.of("weight", weight, "bias", bias);
    }

    @Override
    public void initialize(Initialization start) {
        start.fanInUniform(weight, bias);
    }

    @Override
    public String toString() {
        return "Conv3d(" + weight.shape().dim(1) * settings.groups() + " -> "
                + weight.shape().dim(0) + ", kernel " + weight.shape().spatial() + ", stride " + settings.stride()
                + ", padding " + settings.padding() + ")";
    }
}
