package dev.voxgrad.engine.op.elementwise;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.ShapePreserving;

/**
 * Multiplies two tensors of the same shape and layout, element by element.
 *
 * <pre>
 * y  = a·b
 * da = dy·b,  db = dy·a
 * </pre>
 */
public record MulOp() implements ShapePreserving {
    @Override
    public String name() {
        return "mul";
    }

    @Override
    public String inputName(int index) {
        return index == 0 ? "a" : "b";
    }

    @Override
    public Tensor forward(Context context, Tensor... inputs) {
        Tensor output = inputs[0].emptyLike();
        ElementwiseKernels.on(output.device()).mul(inputs[0], inputs[1], output);
        context.save(inputs);
        return output;
    }

    @Override
    public Tensor[] backward(Context context, Tensor gradOutput) {
        return new Tensor[] {
            context.needsGradient(0) ? times(context.saved(1), gradOutput) : null,
            context.needsGradient(1) ? times(context.saved(0), gradOutput) : null
        };
    }

    private static Tensor times(Tensor factor, Tensor gradOutput) {
        Tensor gradient = gradOutput.emptyLike();
        ElementwiseKernels.on(gradient.device()).mul(gradOutput, factor, gradient);
        return gradient;
    }
}
