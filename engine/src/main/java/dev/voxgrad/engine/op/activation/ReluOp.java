package dev.voxgrad.engine.op.activation;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.ShapePreserving;

/**
 * Applies the rectified linear unit: negative values become zero.
 *
 * <pre>
 * y  = max(x, 0)
 * dx = 0 where y ≤ 0, else dy
 * </pre>
 *
 * <p>NaN stays NaN, and its gradient passes unchanged, as in PyTorch. Only the result is saved: it is positive exactly
 * where x is.
 */
public record ReluOp() implements ShapePreserving {
    @Override
    public String name() {
        return "relu";
    }

    @Override
    public Tensor forward(Context context, Tensor... inputs) {
        Tensor output = inputs[0].emptyLike();
        ReluKernels.on(output.device()).forward(inputs[0], output);
        context.save(output);
        return output;
    }

    @Override
    public Tensor[] backward(Context context, Tensor gradOutput) {
        Tensor gradInput = gradOutput.emptyLike();
        ReluKernels.on(gradOutput.device()).backward(context.saved(0), gradOutput, gradInput);
        return new Tensor[] {gradInput};
    }
}
