package dev.voxgrad.engine.op.crossentropy;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/**
 * Declares the kernels of {@link BceWithLogitsOp}: logits and their gradient (N,L), loss and gradient of the loss
 * scalars.
 */
interface BceWithLogitsKernels {
    /** Computes the mean loss. */
    void forward(Tensor logits, float[] targets, Tensor loss);

    /** Computes the gradient of the logits. */
    void backward(Tensor logits, float[] targets, Tensor gradLoss, Tensor gradLogits);

    /** Returns the kernels for this device. */
    static BceWithLogitsKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new BceWithLogitsCpu();
            case CudaDevice cuda -> new BceWithLogitsCuda(cuda);
            case ReferenceDevice reference -> new BceWithLogitsReference();
        };
    }
}
