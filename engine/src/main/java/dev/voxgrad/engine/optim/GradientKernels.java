package dev.voxgrad.engine.optim;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;

/** The kernels of {@link GradientMath}. */
interface GradientKernels {
    double sumOfSquares(Tensor gradient);

    void scale(Tensor gradient, double factor);

    void clamp(Tensor gradient, double limit);

    static GradientKernels on(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new GradientCpu(cpu);
            case ReferenceDevice reference -> new GradientReference();
        };
    }
}
