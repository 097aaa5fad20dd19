package dev.voxgrad.nn;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.op.acsconv3d.AcsConv3dOp;

/**
 * Convolves (N,C,D,H,W) volumes with 2D kernels in the three planes of the volume ({@link AcsConv3dOp}), with a weight
 * of (outputs, C/groups, k, k), which is that of a 2D convolution, and a bias of (outputs).
 */
public final class AcsConv3d implements Convolution {
    private final AcsConv3dOp op;
    private final Tensor weight;
    private final @Nullable Tensor bias;

    /**
     * Creates a convolution.
     *
     * @param kernel edge of the 2D kernels
     * @param op stride, padding, dilation, number of groups and split
     * @throws IllegalArgumentException if there are groups that are not those of a depthwise convolution, or if the
     *     split has another number of channels
     */
    public AcsConv3d(
            Device device, int inputChannels, int outputChannels, int kernel, AcsConv3dOp op, boolean withBias) {
        if (op.groups() != 1 && (op.groups() != inputChannels || op.groups() != outputChannels)) {
            throw new IllegalArgumentException("acsConv3d: " + op.groups() + " groups, " + inputChannels
                    + " input and " + outputChannels + " output channels: expected 1 group, or as many groups as "
                    + "channels");
        }
        if (op.split() != null && op.split().channels() != outputChannels) {
            throw new IllegalArgumentException(
                    "acsConv3d: the split has " + op.split().channels() + " channels, expected " + outputChannels);
        }
        this.op = op;
        this.weight = Parameters.zeros(device, outputChannels, inputChannels / op.groups(), kernel, kernel);
        this.bias = withBias ? Parameters.zeros(device, outputChannels) : null;
    }

    @Override
    public Tensor forward(Tensor input) {
        return input.acsConv3d(weight, bias, op);
    }

    @Override
    public AcsConv3dOp op() {
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
    public String toString() {
        return "AcsConv3d(" + weight.shape().dim(1) * op.groups() + " -> "
                + weight.shape().dim(0) + ", kernel " + weight.shape().dim(2) + "x"
                + weight.shape().dim(3) + ", stride " + op.stride() + ", padding " + op.padding() + ")";
    }
}
