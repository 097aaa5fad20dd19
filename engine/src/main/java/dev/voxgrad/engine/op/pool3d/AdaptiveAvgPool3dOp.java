package dev.voxgrad.engine.op.pool3d;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Op;

/**
 * Averages over a fixed number of bins, whatever the size of the input, channel by channel.
 *
 * <pre>
 * x (N,C,D,H,W) → y (N,C,output.d,output.h,output.w)
 *
 * bin o of an axis: from ⌊o·size/bins⌋ (inclusive) to ⌈(o+1)·size/bins⌉ (exclusive)
 * y[o]  = mean of x over the bin o
 * dx[i] = Σ dy[o] / (voxels in bin o) over the bins o that contain i
 * </pre>
 *
 * <p>The bins are PyTorch's: neighbouring bins share an index if the size is not a multiple of their number.
 *
 * @param output the number of bins along each axis
 */
public record AdaptiveAvgPool3dOp(Dims3 output) implements Op {
    @Override
    public String name() {
        return "adaptiveAvgPool3d";
    }

    @Override
    public Shape outputShape(Shape... inputs) {
        ShapeException.requireRank(name(), "input", inputs[0], 5, "(N,C,D,H,W)");
        if (!output.atLeast(1)) {
            throw ShapeException.of(name(), "output size " + output + ", expected at least 1x1x1", "input", inputs[0]);
        }
        return Shape.of(inputs[0].dim(0), inputs[0].dim(1), output.d(), output.h(), output.w());
    }

    @Override
    public Tensor forward(Context context, Tensor... inputs) {
        Tensor input = inputs[0];
        Tensor result = Tensor.empty(
                input.device(), context.outputShape(), input.device().activationLayout());
        AdaptiveAvgPool3dKernels.on(input.device()).forward(input, result);
        return result;
    }

    @Override
    public Tensor[] backward(Context context, Tensor gradOutput) {
        Tensor gradInput = Tensor.emptyActivation(gradOutput.device(), context.inputShape(0));
        AdaptiveAvgPool3dKernels.on(gradOutput.device()).backward(gradOutput, gradInput);
        return new Tensor[] {gradInput};
    }
}
