package dev.voxgrad.engine.optim;

import java.util.List;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CudaDevice;

/**
 * Implements {@link SgdKernels} on a GPU for a single tensor; {@link TensorUpdate#applyAll} updates many in one launch.
 */
final class SgdCuda implements SgdKernels {
    private final CudaDevice device;

    SgdCuda(CudaDevice device) {
        this.device = device;
    }

    @Override
    public void plain(Tensor parameter, Tensor gradient, SgdUpdate update) {
        new UpdatesCuda(device).apply(List.of(new UpdateSlot(parameter, gradient, List.of())), _ -> update);
    }

    @Override
    public void withMomentum(Tensor parameter, Tensor gradient, Tensor velocity, SgdUpdate update) {
        new UpdatesCuda(device).apply(List.of(new UpdateSlot(parameter, gradient, List.of(velocity))), _ -> update);
    }
}
