package dev.voxgrad.engine.op.activation;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.ShapePreserving;

/**
 * Applies the leaky rectified linear unit: negative values are multiplied by a small slope.
 *
 * <pre>
 * y  = x where x &gt; 0, else negativeSlope·x
 * dx = dy where x &gt; 0, else negativeSlope·dy
 * </pre>
 *
 * <p>NaN stays NaN. The input is saved, because the result doesn't reveal its sign if the slope is zero or negative.
 *
 * @param negativeSlope the factor for negative values, such as 0.01
 */
public record LeakyReluOp(double negativeSlope) implements ShapePreserving {
    @Override
    public String name() {
        return "leakyRelu";
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
