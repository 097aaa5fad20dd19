package dev.voxgrad.engine.op.shape;

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
 * Views the same values, in row-major order, under another shape. Nothing is copied, so there are no kernels. The input
 * must be row-major.
 *
 * <pre>
 * y[i] = x[i],  dx[i] = dy[i]   with i the row-major index
 * </pre>
 *
 * @param target the shape of the result, with as many elements as the input
 */
public record ReshapeOp(Shape target) implements Op, Profiled {
    @Override
    public String name() {
        return "reshape";
    }

    @Override
    public Shape outputShape(Shape... inputs) {
        if (inputs[0].elements() != target.elements()) {
            throw ShapeException.of(
                    name(),
                    "input has " + inputs[0].elements() + " elements but the new shape has " + target.elements(),
                    "input",
                    inputs[0],
                    "new shape",
                    target);
        }
        return target;
    }

    @Override
    public Tensor forward(Context context, Tensor... inputs) {
        return inputs[0].view(target);
    }

    @Override
    public Tensor[] backward(Context context, Tensor gradOutput) {
        return new Tensor[] {gradOutput.view(context.inputShape(0))};
    }

    @Override
    public Work work(Device device, Pass pass, OpCall call) {
        return Work.NONE;
    }
}
