package dev.voxgrad.engine.op.conv3d;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.autograd.Profiled;
import dev.voxgrad.engine.device.Device;

/**
 * Declares what fused operations have to know of a convolution. Its inputs are input, weight and, if there is one,
 * bias (O).
 */
public interface ConvolutionOp extends Op, Profiled {
    /** Returns all sizes, given shapes that have been checked. */
    Conv3dGeometry geometry(Shape input, Shape weight, Shape output);

    /** Returns a device's kernels for what {@link #geometry} returns. */
    Conv3dKernels kernels(Device device);

    /** Returns whether this convolution can be part of a fused operation. */
    default boolean fusible() {
        return true;
    }
}
