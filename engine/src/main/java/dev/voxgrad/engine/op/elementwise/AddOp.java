package dev.voxgrad.engine.op.elementwise;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Profiled;
import dev.voxgrad.engine.autograd.ShapePreserving;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.trace.OpCall;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.Trace;
import dev.voxgrad.engine.trace.Work;

/**
 * Adds two tensors of the same shape, element by element.
 *
 * <pre>
 * y  = a + b
 * da = dy,  db = dy
 * </pre>
 */
public record AddOp() implements ShapePreserving, Profiled {
    @Override
    public String name() {
        return "add";
    }

    @Override
    public String inputName(int index) {
        return index == 0 ? "a" : "b";
    }

    @Override
    public Tensor forward(Context context, Tensor... inputs) {
        Tensor output = inputs[0].emptyLike();
        ElementwiseKernels.on(output.device()).add(inputs[0], inputs[1], output);
        return output;
    }

    @Override
    public Tensor[] backward(Context context, Tensor gradOutput) {
        return new Tensor[] {gradOutput.detach(), gradOutput.detach()};
    }

    /**
     * Adds {@code summand}, which has the same shape and layout, to the values of {@code sum} in place, outside any
     * graph.
     */
    public static void addTo(Tensor sum, Tensor summand) {
        Work work = Work.moving(3L * sum.shape().elements());
        try (var _ = Trace.span(sum.device(), "add", Pass.BACKWARD, work, sum.shape())) {
            ElementwiseKernels.on(sum.device()).add(sum, summand, sum);
        }
        sum.written();
    }

    @Override
    public Work work(Device device, Pass pass, OpCall call) {
        return pass == Pass.FORWARD ? call.traffic(pass) : Work.NONE;
    }
}
