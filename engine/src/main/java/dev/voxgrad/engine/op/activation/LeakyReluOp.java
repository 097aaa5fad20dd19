package dev.voxgrad.engine.op.activation;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Op;

/**
 * Rectified linear unit that lets a little through below zero.
 *
 * <pre>
 * y  = x where x &gt; 0, else negativeSlope·x
 * dx = dy where x &gt; 0, else negativeSlope·dy
 * </pre>
 *
 * <p>NaN stays NaN. The input is saved, since for a slope of zero or below the result does not tell its sign.
 */
public record LeakyReluOp(double negativeSlope) implements Op {
    @Override
    public String name() {
        return "leakyRelu";
    }

    @Override
    public Shape outputShape(Shape... inputs) {
        return inputs[0];
    }

    @Override
    public Tensor forward(Context context, Tensor... inputs) {
        Tensor output = inputs[0].emptyLike();
        LeakyReluKernels.on(output.device()).forward(inputs[0], negativeSlope, output);
        context.save(inputs[0]);
        return output;
    }

    @Override
    public Tensor[] backward(Context context, Tensor gradOutput) {
        Tensor gradInput = gradOutput.emptyLike();
        LeakyReluKernels.on(gradOutput.device()).backward(context.saved(0), negativeSlope, gradOutput, gradInput);
        return new Tensor[] {gradInput};
    }
}
