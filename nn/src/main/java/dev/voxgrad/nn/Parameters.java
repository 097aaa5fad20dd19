package dev.voxgrad.nn;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;

/** Makes the trained tensors of layers. */
final class Parameters {
    private Parameters() {}

    /** A tensor of zeros whose gradient is wanted. */
    static Tensor zeros(Device device, int... shape) {
        return Tensor.zeros(device, Shape.of(shape)).requiresGrad(true);
    }
}
