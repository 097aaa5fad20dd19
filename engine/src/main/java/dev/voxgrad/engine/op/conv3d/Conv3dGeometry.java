package dev.voxgrad.engine.op.conv3d;

import dev.voxgrad.engine.Dims3;

/** Contains all sizes of one convolution, as {@link Conv3dOp} has checked them. */
public record Conv3dGeometry(
        int batch,
        int inputChannels,
        int outputChannels,
        int groups,
        Dims3 input,
        Dims3 output,
        Dims3 kernel,
        Dims3 stride,
        Dims3 padding,
        Dims3 dilation) {

    /** Returns the number of input channels that one output channel sees. */
    public int groupInputs() {
        return inputChannels / groups;
    }

    /** Returns the number of output channels of one group. */
    public int groupOutputs() {
        return outputChannels / groups;
    }
}
