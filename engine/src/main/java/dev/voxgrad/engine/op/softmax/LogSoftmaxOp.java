package dev.voxgrad.engine.op.softmax;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.ShapePreserving;

/**
 * Computes the logarithm of the softmax of each row. It is accurate even where the softmax itself would underflow to
 * zero.
 *
 * <pre>
 * x (N,K) → y (N,K)
 *
 * y[n,k]  = x[n,k] − log Σ over j of exp(x[n,j])
 * dx[n,k] = dy[n,k] − exp(y[n,k])·Σ over j of dy[n,j]
 * </pre>
 *
 * <p>Only the result is saved.
 */
public record LogSoftmaxOp() implements ShapePreserving {
    @Override
    public String name() {
        return "logSoftmax";
    }

    @Override
    public Shape outputShape(Shape... inputs) {
        ShapeException.requireRank(name(), "input", inputs[0], 2, "(N,K)");
        return ShapePreserving.super.outputShape(inputs);
    }

    @Override
    public Tensor forward(Context context, Tensor... inputs) {
        Tensor output = inputs[0].emptyLike();
        SoftmaxKernels.on(output.device()).logSoftmax(inputs[0], output);
        context.save(output);
        return output;
    }

    @Override
    public Tensor[] backward(Context context, Tensor gradOutput) {
        Tensor gradInput = gradOutput.emptyLike();
        SoftmaxKernels.on(gradOutput.device()).logSoftmaxBackward(context.saved(0), gradOutput, gradInput);
        return new Tensor[] {gradInput};
    }
}
