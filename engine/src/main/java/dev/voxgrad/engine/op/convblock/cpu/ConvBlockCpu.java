package dev.voxgrad.engine.op.convblock.cpu;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.convblock.ConvBlockKernels;
import dev.voxgrad.engine.op.convblock.ConvBlockOp;

/** {@link ConvBlockKernels} on the CPU: {@link ConvBlockForward} and {@link ConvBlockBackward}. */
public record ConvBlockCpu(CpuDevice device) implements ConvBlockKernels {
    @Override
    public Tensor forward(ConvBlockOp op, Context context, Tensor... inputs) {
        ConvBlockForward block = new ConvBlockForward(device, op, inputs);
        return op.training() ? block.train(context) : block.infer(context.outputShape());
    }

    @Override
    public Tensor[] backward(ConvBlockOp op, Context context, Tensor gradOutput) {
        return new ConvBlockBackward(device, op, context, gradOutput).run();
    }
}
