package dev.voxgrad.engine.optim;

import java.util.List;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CudaDevice;

/**
 * Implements {@link AdamKernels} on a GPU for a single tensor; {@link TensorUpdate#applyAll} updates many in one
 * launch.
 */
final class AdamCuda implements AdamKernels {
    private final CudaDevice device;

    AdamCuda(CudaDevice device) {
        this.device = device;
    }

    @Override
    public void step(Tensor parameter, Tensor gradient, Tensor mean, Tensor square, AdamUpdate update) {
        new UpdatesCuda(device).apply(List.of(new UpdateSlot(parameter, gradient, List.of(mean, square))), _ -> update);
    }
}
