package dev.voxgrad.nn;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;

/** Convolves (N,C,D,H,W) volumes, with a weight of (outputs, C/groups, kD, kH, kW) and a bias of (outputs). */
public final class Conv3d implements Convolution {
    private final Conv3dOp op;
    private final Tensor weight;
    private final @Nullable Tensor bias;

    /**
     * Creates a convolution.
     *
     * @param op stride, padding, dilation and number of groups
     * @throws IllegalArgumentException if the groups do not divide the channels
     */
    public Conv3d(Device device, int inputChannels, int outputChannels, Dims3 kernel, Conv3dOp op, boolean withBias) {
        if (op.groups() < 1 || inputChannels % op.groups() != 0 || outputChannels % op.groups() != 0) {
            throw new IllegalArgumentException("conv3d: " + op.groups() + " groups do not divide " + inputChannels
                    + " input and " + outputChannels + " output channels");
        }
        this.op = op;
        this.weight = Parameters.zeros(
                device, outputChannels, inputChannels / op.groups(), kernel.d(), kernel.h(), kernel.w());
        this.bias = withBias ? Parameters.zeros(device, outputChannels) : null;
    }

    /** Creates a convolution with a cube as its kernel, stride 1, the same padding on all sides, and a bias. */
    public Conv3d(Device device, int inputChannels, int outputChannels, int kernel, int padding) {
        this(device, inputChannels, outputChannels, Dims3.cube(kernel), Conv3dOp.padded(padding), true);
    }

    @Override
    public Tensor forward(Tensor input) {
        return input.conv3d(weight, bias, op);
    }

    @Override
    public Conv3dOp op() {
        return op;
    }

    @Override
    public Tensor weight() {
        return weight;
    }

    @Override
    public @Nullable Tensor bias() {
        return bias;
    }

    @Override
    public void initialize(Initialization start) {
        start.convolution(weight, bias);
    }

    @Override
    public String toString() {
        return "Conv3d(" + weight.shape().dim(1) * op.groups() + " -> "
                + weight.shape().dim(0) + ", kernel " + weight.shape().spatial() + ", stride " + op.stride()
                + ", padding " + op.padding() + ")";
    }
}
