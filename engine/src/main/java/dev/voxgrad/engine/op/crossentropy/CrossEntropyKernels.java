package dev.voxgrad.engine.op.crossentropy;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/**
 * The kernels of {@link CrossEntropyOp}: logits and their gradient (N,K), loss and gradient of the loss scalars. Class
 * weights (K) may be null, for the plain mean.
 */
interface CrossEntropyKernels {
    void forward(Tensor logits, int[] labels, float[] classWeights, Tensor loss);

    void backward(Tensor logits, int[] labels, float[] classWeights, Tensor gradLoss, Tensor gradLogits);

    static CrossEntropyKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new CrossEntropyCpu();
            case CudaDevice cuda -> new CrossEntropyCuda(cuda);
            case ReferenceDevice reference -> new CrossEntropyReference();
        };
    }
}
