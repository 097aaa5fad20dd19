package dev.voxgrad.engine.op.shape;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Profiled;
import dev.voxgrad.engine.autograd.ShapePreserving;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.trace.OpCall;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.Work;

/**
 * Creates a second handle on the same values, with its own place in the graph. Nothing is copied, so there are no
 * kernels.
 *
 * <pre>
 * y = x,  dx = dy
 * </pre>
 */
public record ShareOp() implements ShapePreserving, Profiled {
    @Override
    public String name() {
        return "share";
    }

    @Override
    public Tensor forward(Context context, Tensor... inputs) {
        return inputs[0].detach();
    }

    @Override
    public Tensor[] backward(Context context, Tensor gradOutput) {
        return new Tensor[] {gradOutput.detach()};
    }

    @Override
    public Work work(Device device, Pass pass, OpCall call) {
        return Work.NONE;
    }
}
