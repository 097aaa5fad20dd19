package dev.voxgrad.engine.op.convblock;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.op.convblock.cpu.ConvBlockCpu;
import dev.voxgrad.engine.op.convblock.cuda.ConvBlockCuda;

/**
 * Declares the kernels of {@link ConvBlockOp}. Activations are in the device's own layout, parameters row-major. What
 * the forward of training has to save depends on how much of the block a device fuses, so each implementation saves for
 * itself.
 */
public interface ConvBlockKernels {
    /**
     * Computes the result. In training, updates the running statistics and saves in {@code context} what
     * {@link #backward} needs.
     *
     * @param inputs those of the operation
     */
    Tensor forward(ConvBlockOp op, Context context, Tensor... inputs);

    /**
     * Returns the gradients of the operation's inputs after a forward in training; null for the running statistics,
     * which have none, and for an input whose gradient is not required.
     */
    Tensor[] backward(ConvBlockOp op, Context context, Tensor gradOutput);

    /** Returns the kernels for a device. */
    static ConvBlockKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new ConvBlockCpu(cpu);
            case CudaDevice cuda -> new ConvBlockCuda(cuda);
            case ReferenceDevice reference -> new ConvBlockReference(reference);
        };
    }
}
