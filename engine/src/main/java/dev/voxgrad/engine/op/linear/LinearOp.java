package dev.voxgrad.engine.op.linear;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.autograd.Profiled;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.trace.OpCall;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.Work;

/**
 * Computes a fully connected layer. The third input, the bias, is optional.
 *
 * <pre>
 * x (N,in), weight (out,in), bias (out) → y (N,out)
 *
 * y  = x · weightᵀ + bias
 * dx = dy · weight,  dweight = dyᵀ · x,  dbias = Σ over n of dy
 * </pre>
 */
public record LinearOp() implements Op, Profiled {
    private static final String[] INPUTS = {"input", "weight", "bias"};

    @Override
    public String name() {
        return "linear";
    }

    @Override
    public Shape outputShape(Shape... inputs) {
        Shape input = inputs[0];
        Shape weight = inputs[1];
        ShapeException.requireRank(name(), "input", input, 2, "(N,in)");
        ShapeException.requireRank(name(), "weight", weight, 2, "(out,in)");
        if (input.dim(1) != weight.dim(1)) {
            throw ShapeException.of(
                    name(),
                    "input has " + input.dim(1) + " features (dim 1) but weight expects " + weight.dim(1),
                    "input",
                    input,
                    "weight",
                    weight);
        }
        if (inputs.length == 3) {
            ShapeException.requireRank(name(), "bias", inputs[2], 1, "(out)");
            if (inputs[2].dim(0) != weight.dim(0)) {
                throw ShapeException.of(
                        name(),
                        "bias has " + inputs[2].dim(0) + " features (dim 0) but weight has " + weight.dim(0),
                        "weight",
                        weight,
                        "bias",
                        inputs[2]);
            }
        }
        if ((long) input.dim(0) * weight.dim(0) > Integer.MAX_VALUE) {
            throw ShapeException.of(
                    name(), "the result has more than 2^31-1 elements", "input", input, "weight", weight);
        }
        return Shape.of(input.dim(0), weight.dim(0));
    }

    @Override
    public String inputName(int index) {
        return INPUTS[index];
    }

    @Override
    public Tensor forward(Context context, Tensor... inputs) {
        Tensor output = Tensor.empty(inputs[0].device(), context.outputShape(), inputs[0].layout());
        LinearKernels kernels = LinearKernels.on(output.device());
        kernels.forward(inputs[0], inputs[1], output);
        if (inputs.length == 3) {
            kernels.addBias(inputs[2], output);
        }
        context.save(inputs[0], inputs[1]);
        return output;
    }

    @Override
    public Tensor[] backward(Context context, Tensor gradOutput) {
        LinearKernels kernels = LinearKernels.on(gradOutput.device());
        Tensor[] gradients = new Tensor[context.inputs()];
        if (context.needsGradient(0)) {
            gradients[0] = context.emptyLikeSaved(0);
            kernels.backwardInput(context.saved(1), gradOutput, gradients[0]);
        }
        if (context.needsGradient(1)) {
            gradients[1] = context.emptyLikeSaved(1);
            kernels.backwardWeight(context.saved(0), gradOutput, gradients[1]);
        }
        if (gradients.length == 3 && context.needsGradient(2)) {
            gradients[2] = Tensor.empty(gradOutput.device(), context.inputShape(2), Layout.ROW_MAJOR);
            kernels.backwardBias(gradOutput, gradients[2]);
        }
        return gradients;
    }

    @Override
    public Work work(Device device, Pass pass, OpCall call) {
        long product = 2L * call.input(0).elements() * call.input(1).dim(0);
        if (pass == Pass.FORWARD) {
            return Work.direct(product, call.forwardElements());
        }
        int products = (call.needsGradient(0) ? 1 : 0) + (call.needsGradient(1) ? 1 : 0);
        return Work.direct(products * product, call.backwardElements());
    }
}
