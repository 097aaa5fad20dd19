package dev.voxgrad.engine.op.pool3d;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Op;

/**
 * Computes the maximum over windows of voxels, channel by channel.
 *
 * <pre>
 * x (N,C,D,H,W) → y (N,C,D',H',W'),  D' = ⌊(D + 2·padding − kernel) / stride⌋ + 1, likewise H', W'
 *
 * y[o] = max of x[o·stride − padding + k] over 0 ≤ k &lt; kernel; outside of x is −∞
 * dx   = Σ dy[o] over the windows o whose maximum this voxel is
 * </pre>
 *
 * <p>Of several equal maxima, the first in the order d, h, w receives the gradient. If a window contains NaN, the
 * result is NaN, and the last NaN receives the gradient. Both rules are PyTorch's; cuDNN, which is optional, has its
 * own. Only x is saved (the previous operation keeps it anyway), and y for cuDNN: finding the maximum again is cheaper
 * than storing its position.
 */
public record MaxPool3dOp(Dims3 kernel, Dims3 stride, Dims3 padding) implements Op {
    @Override
    public String name() {
        return "maxPool3d";
    }

    @Override
    public Shape outputShape(Shape... inputs) {
        Shape input = inputs[0];
        ShapeException.requireRank(name(), "input", input, 5, "(N,C,D,H,W)");
        if (!kernel.atLeast(1) || !stride.atLeast(1) || !padding.atLeast(0)) {
            throw ShapeException.of(
                    name(),
                    "kernel " + kernel + ", stride " + stride + ", padding " + padding
                            + "; expected kernel and stride at least 1, padding at least 0",
                    "input",
                    input);
        }
        return Shape.of(
                input.dim(0),
                input.dim(1),
                outputSize(input, 2, kernel.d(), stride.d(), padding.d()),
                outputSize(input, 3, kernel.h(), stride.h(), padding.h()),
                outputSize(input, 4, kernel.w(), stride.w(), padding.w()));
    }

    private int outputSize(Shape input, int dim, int kernelSize, int step, int pad) {
        if (2L * pad > kernelSize) {
            throw ShapeException.of(
                    name(),
                    "padding " + pad + " (dim " + dim + ") is more than half the kernel size " + kernelSize,
                    "input",
                    input);
        }
        long slack = input.dim(dim) + 2L * pad - kernelSize;
        if (slack < 0) {
            throw ShapeException.of(
                    name(),
                    "input has size " + input.dim(dim) + " (dim " + dim + ") but kernel " + kernel + " with padding "
                            + padding + " expects at least " + (kernelSize - 2L * pad),
                    "input",
                    input);
        }
        if (input.dim(dim) + 2L * pad > Integer.MAX_VALUE) {
            throw ShapeException.of(
                    name(),
                    "input has size " + input.dim(dim) + " (dim " + dim + "), with padding " + padding
                            + " more than 2^31-1",
                    "input",
                    input);
        }
        return (int) (slack / step + 1);
    }

    @Override
    public Tensor forward(Context context, Tensor... inputs) {
        Tensor input = inputs[0];
        Tensor output = input.emptyLike(context.outputShape());
        MaxPool3dKernels kernels = MaxPool3dKernels.on(input.device());
        kernels.forward(input, this, output);
        context.save(input);
        if (kernels.backwardReadsOutput()) {
            context.save(output);
        }
        return output;
    }

    @Override
    public Tensor[] backward(Context context, Tensor gradOutput) {
        Tensor input = context.saved(0);
        Tensor gradInput = input.emptyLike();
        MaxPool3dKernels kernels = MaxPool3dKernels.on(input.device());
        Tensor output = kernels.backwardReadsOutput() ? context.saved(1) : null;
        kernels.backward(input, output, this, gradOutput, gradInput);
        return new Tensor[] {gradInput};
    }

    /** Returns the input depths that output depth {@code o} covers; {@code in} is the input's size. */
    Window depths(int o, Dims3 in) {
        return Window.sliding(o, kernel.d(), stride.d(), padding.d(), in.d());
    }

    /** Returns the input heights that output height {@code o} covers. */
    Window heights(int o, Dims3 in) {
        return Window.sliding(o, kernel.h(), stride.h(), padding.h(), in.h());
    }

    /** Returns the input widths that output width {@code o} covers. */
    Window widths(int o, Dims3 in) {
        return Window.sliding(o, kernel.w(), stride.w(), padding.w(), in.w());
    }
}
