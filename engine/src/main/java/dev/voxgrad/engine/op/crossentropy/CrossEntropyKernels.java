package dev.voxgrad.engine.op.crossentropy;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/**
 * The kernels of {@link CrossEntropyOp}: logits and their gradient (N,K), loss and gradient of the loss scalars. Sample
 * weights (N) add up to 1; null stands for the plain mean, which divides by N.
 */
interface CrossEntropyKernels {
    void forward(Tensor logits, int[] labels, float[] sampleWeights, Tensor loss);

    void backward(Tensor logits, int[] labels, float[] sampleWeights, Tensor gradLoss, Tensor gradLogits);

    static CrossEntropyKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new CrossEntropyCpu();
            case ReferenceDevice reference -> new CrossEntropyReference();
        };
    }
}
