package dev.voxgrad.engine.op.reduce;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Op;

/**
 * Computes the sum of all elements.
 *
 * <pre>
 * y = Σ x[i]
 * dx[i] = dy
 * </pre>
 */
public record SumOp() implements Op {
    @Override
    public String name() {
        return "sum";
    }

    @Override
    public Shape outputShape(Shape... inputs) {
        return Shape.of();
    }

    @Override
    public Tensor forward(Context context, Tensor... inputs) {
        Tensor output = Tensor.empty(inputs[0].device(), context.outputShape(), Layout.ROW_MAJOR);
        ReduceKernels.on(output.device()).sum(inputs[0], 1, output);
        return output;
    }

    @Override
    public Tensor[] backward(Context context, Tensor gradOutput) {
        Shape shape = context.inputShape(0);
        Tensor gradInput =
                Tensor.empty(gradOutput.device(), shape, gradOutput.device().activationLayout());
        ReduceKernels.on(gradOutput.device()).spread(gradOutput, 1, gradInput);
        return new Tensor[] {gradInput};
    }
}
