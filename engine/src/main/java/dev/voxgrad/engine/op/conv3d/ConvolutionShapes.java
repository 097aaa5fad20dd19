package dev.voxgrad.engine.op.conv3d;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;

/**
 * Checks what the shapes of ordinary and of ACS convolutions have in common. All checks throw a {@link ShapeException}.
 *
 * @param operation the operation's name
 * @param input (N,C,D,H,W)
 * @param weight (O,C/groups,…), with the kernel in all other dimensions
 */
public record ConvolutionShapes(String operation, Shape input, Shape weight) {
    /** Requires that the settings are in their ranges. */
    public void requireSettings(Dims3 stride, Dims3 padding, Dims3 dilation, int groups) {
        if (!stride.atLeast(1) || !dilation.atLeast(1) || !padding.atLeast(0) || groups < 1) {
            throw misfit("stride " + stride + ", dilation " + dilation + " and groups " + groups
                    + " must be at least 1, padding " + padding + " at least 0");
        }
    }

    /** Requires that input and weight have the same number of channels. */
    public void requireChannels(int groups) {
        long expected = (long) weight.dim(1) * groups;
        if (input.dim(1) != expected) {
            throw misfit("input has " + input.dim(1) + " channels (dim 1) but weight expects " + expected);
        }
    }

    /** Requires that the bias, the third of an operation's inputs if it has three, has a value for each output. */
    public void requireBias(Shape... inputs) {
        if (inputs.length > 2 && !inputs[2].equals(Shape.of(weight.dim(0)))) {
            throw ShapeException.of(
                    operation,
                    "bias must have one value for each of the " + weight.dim(0) + " output channels",
                    "bias",
                    inputs[2],
                    "weight",
                    weight);
        }
    }

    /** Requires that kernels can index a sample, with its padding, by ints. */
    public void requirePaddedSize(Dims3 padding) {
        double padded = (input.dim(2) + 2.0 * padding.d())
                * (input.dim(3) + 2.0 * padding.h())
                * (input.dim(4) + 2.0 * padding.w())
                * input.dim(1);
        if (padded > Integer.MAX_VALUE) {
            throw misfit("a sample with its padding of " + padding + " has more than 2^31-1 values");
        }
    }

    /** Returns the number of output positions along a dimension of the input, for a kernel of that many elements. */
    public int outputSize(int dim, int kernel, int stride, int padding, int dilation) {
        long padded = input.dim(dim) + 2L * padding;
        long reach = dilation * (kernel - 1L) + 1;
        if (reach > padded) {
            throw misfit(
                    "kernel reaches over " + reach + " voxels (dim " + dim + ") but the padded input has " + padded);
        }
        return (int) ((padded - reach) / stride + 1);
    }

    /** Returns the exception for shapes that do not fit. */
    public ShapeException misfit(String problem) {
        return ShapeException.of(operation, problem, "input", input, "weight", weight);
    }
}
