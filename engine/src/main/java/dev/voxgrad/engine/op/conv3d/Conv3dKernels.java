package dev.voxgrad.engine.op.conv3d;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.op.conv3d.cpu.Conv3dCpu;
import dev.voxgrad.engine.op.conv3d.cuda.Conv3dCuda;

/**
 * The kernels of {@link Conv3dOp}: forward and its three gradients. Activations are in the device's own layout, weights
 * are row-major.
 */
public interface Conv3dKernels {
    /** Computes output = input * weight (+ bias, unless it is null), where * is the convolution. */
    void forward(Conv3dGeometry g, Tensor input, Tensor weight, @Nullable Tensor bias, Tensor output);

    /** Computes the gradient of the input. */
    void gradInput(Conv3dGeometry g, Tensor gradOutput, Tensor weight, Tensor gradInput);

    /** Computes the gradient of the weight. */
    void gradWeight(Conv3dGeometry g, Tensor input, Tensor gradOutput, Tensor gradWeight);

    /** Computes the gradient of the bias. */
    void gradBias(Conv3dGeometry g, Tensor gradOutput, Tensor gradBias);

    /** Returns the kernels of a device; while it is traced, each gradient gets a row of its own in the profile. */
    static Conv3dKernels on(Device device) {
        return traced(device, untraced(device));
    }

    /** Returns the kernels of a device, which add nothing to a profile. */
    static Conv3dKernels untraced(Device device) {
        return switch (device) {
            case CpuDevice cpu -> new Conv3dCpu(cpu);
            case CudaDevice cuda -> new Conv3dCuda(cuda);
            case ReferenceDevice reference -> new Conv3dReference();
        };
    }

    /** Returns kernels that record each gradient, if the device is traced. */
    static Conv3dKernels traced(Device device, Conv3dKernels kernels) {
        return device.recorder() == null ? kernels : new TracedConv3dKernels(device, kernels);
    }
}
