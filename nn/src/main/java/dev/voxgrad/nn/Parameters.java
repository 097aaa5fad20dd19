package dev.voxgrad.nn;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;

/** Creates the trained tensors of layers. */
final class Parameters {
    private Parameters() {}

    /** Returns a tensor of zeros that requires a gradient. */
    static Tensor zeros(Device device, int... shape) {
        return Tensor.zeros(device, Shape.of(shape)).requiresGrad(true);
    }
}
