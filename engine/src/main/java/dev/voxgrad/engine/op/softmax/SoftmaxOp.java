package dev.voxgrad.engine.op.softmax;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.ShapePreserving;

/**
 * Computes the softmax of each row: positive values that sum to one.
 *
 * <pre>
 * x (N,K) → y (N,K)
 *
 * y[n,k]  = exp(x[n,k]) / Σ over j of exp(x[n,j])
 * dx[n,k] = y[n,k]·(dy[n,k] − Σ over j of dy[n,j]·y[n,j])
 * </pre>
 *
 * <p>The largest value of a row is subtracted before exp, so that nothing overflows. Only the result is saved.
 */
public record SoftmaxOp() implements ShapePreserving {
    @Override
    public String name() {
        return "softmax";
    }

    @Override
    public Shape outputShape(Shape... inputs) {
        ShapeException.requireRank(name(), "input", inputs[0], 2, "(N,K)");
        return ShapePreserving.super.outputShape(inputs);
    }

    @Override
    public Tensor forward(Context context, Tensor... inputs) {
        Tensor output = inputs[0].emptyLike();
        SoftmaxKernels.on(output.device()).softmax(inputs[0], output);
        context.save(output);
        return output;
    }

    @Override
    public Tensor[] backward(Context context, Tensor gradOutput) {
        Tensor gradInput = gradOutput.emptyLike();
        SoftmaxKernels.on(gradOutput.device()).softmaxBackward(context.saved(0), gradOutput, gradInput);
        return new Tensor[] {gradInput};
    }
}
