package dev.voxgrad.engine.op.crossentropy;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/**
 * Declares the kernels of {@link CrossEntropyOp}. Logits and their gradient are (N,K); the loss and its gradient are
 * scalars. The class weights (K) may be null, for the plain mean.
 */
interface CrossEntropyKernels {
    /** Computes the mean loss. */
    void forward(Tensor logits, int[] labels, float @Nullable [] classWeights, Tensor loss);

    /** Computes the gradient of the logits. */
    void backward(Tensor logits, int[] labels, float @Nullable [] classWeights, Tensor gradLoss, Tensor gradLogits);

    /** Returns the kernels for this device. */
    static CrossEntropyKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new CrossEntropyCpu();
            case CudaDevice cuda -> new CrossEntropyCuda(cuda);
            case ReferenceDevice reference -> new CrossEntropyReference();
        };
    }
}
