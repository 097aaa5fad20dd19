package dev.voxgrad.engine.op.conv3d;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Dims3;

/**
 * Contains all sizes of one convolution, as {@link Conv3dOp} has checked them, or of an ACS convolution.
 *
 * <p>If {@code acs} is not null, the weight is (O,C,k,k) and stands for a kernel of k×k×k that is zero but for one
 * plane: the centre plane H×W of the first {@code acs.a()} output channels, D×W of the next {@code acs.c()}, and D×H
 * of the last {@code acs.s()}. The kernel here is (k,k,k), the padding ⌊k/2⌋ and the stride the same on all axes,
 * dilation and groups are 1, and k is at least 2.
 *
 * @param acs the views of an ACS convolution, or null for an ordinary convolution
 */
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
        Dims3 dilation,
        @Nullable AcsSplit acs) {

    /** Returns the number of input channels that one output channel sees. */
    public int groupInputs() {
        return inputChannels / groups;
    }

    /** Returns the number of output channels of one group. */
    public int groupOutputs() {
        return outputChannels / groups;
    }

    /** Returns the number of weights between one input and one output channel. */
    public int taps() {
        return acs == null ? kernel.product() : kernel.d() * kernel.d();
    }

    /** Returns the ordinary convolution that an ACS convolution is equal to, whose weight is (O,C,k,k,k). */
    public Conv3dGeometry dense() {
        return new Conv3dGeometry(
                batch, inputChannels, outputChannels, groups, input, output, kernel, stride, padding, dilation, null);
    }

    /**
     * Returns a view of an ACS convolution as an ordinary one: with its own output channels, and a kernel that is 1
     * along the axis that its planes are perpendicular to. Its weight (O,C,k,k) is in the order of (O,C,KD,KH,KW).
     *
     * @param view 0 axial, 1 coronal, 2 sagittal
     */
    public Conv3dGeometry view(int view) {
        return new Conv3dGeometry(
                batch,
                inputChannels,
                Objects.requireNonNull(acs).count(view),
                groups,
                input,
                output,
                across(view, kernel, 1),
                stride,
                across(view, padding, 0),
                dilation,
                null);
    }

    private static Dims3 across(int axis, Dims3 size, int value) {
        return new Dims3(axis == 0 ? value : size.d(), axis == 1 ? value : size.h(), axis == 2 ? value : size.w());
    }

    /** Returns the same convolution of another number of samples. */
    public Conv3dGeometry withBatch(int samples) {
        return new Conv3dGeometry(
                samples, inputChannels, outputChannels, groups, input, output, kernel, stride, padding, dilation, acs);
    }
}
