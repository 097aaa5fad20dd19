package dev.voxgrad.engine.op.convblock.cpu;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.convblock.ConvBlockKernels;
import dev.voxgrad.engine.op.convblock.ConvBlockOp;

/**
 * {@link ConvBlockKernels} on the CPU: {@link TrainingForward}, {@link InferenceForward}, {@link ConvBlockBackward}.
 */
public record ConvBlockCpu(CpuDevice device) implements ConvBlockKernels {
    @Override
    public Tensor forward(ConvBlockOp op, Context context, Tensor... inputs) {
        return op.training()
                ? new TrainingForward(device, op, context, inputs).run()
                : new InferenceForward(device, op, inputs).run(context.outputShape());
    }

    @Override
    public Tensor[] backward(ConvBlockOp op, Context context, Tensor gradOutput) {
        return new ConvBlockBackward(device, op, context, gradOutput).run();
    }
}
