package dev.voxgrad.engine.op.convblock.cpu;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.Conv3dWork;
import dev.voxgrad.engine.op.convblock.ConvBlockOp;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.Span;
import dev.voxgrad.engine.trace.Trace;
import dev.voxgrad.engine.trace.Work;

/** Opens trace spans for the kernels of a {@link ConvBlockOp}; returns null while the device is not traced. */
final class BlockTrace {
    private BlockTrace() {}

    /** Opens the span of a unit's convolution, including what is done to its input and output on the way. */
    static @Nullable Span forward(CpuDevice device, int unit, Conv3dGeometry g) {
        return device.recorder() == null
                ? null
                : Trace.span(device, name(unit), Pass.FORWARD, Conv3dWork.forward(device, g), input(g));
    }

    /** Opens the span of a unit's gradients: z and the activation's gradient are read to compute dz. */
    static @Nullable Span backward(
            CpuDevice device, int unit, Conv3dGeometry g, Shape gradActivation, boolean pooled, boolean withInput) {
        if (device.recorder() == null) {
            return null;
        }
        long z = (long) g.batch() * g.outputChannels() * g.output().product();
        long gradients = pooled ? 2L * gradActivation.elements() : gradActivation.elements();
        return Trace.span(
                device, name(unit), Pass.BACKWARD, Conv3dWork.backward(device, g, z + gradients, withInput), input(g));
    }

    /**
     * Opens the span of the pass that normalises the block's result, or that sums up over its gradient. Either touches
     * two tensors of its size.
     */
    static @Nullable Span activation(CpuDevice device, Pass pass, Shape output) {
        return device.recorder() == null
                ? null
                : Trace.span(device, "normRelu", pass, Work.moving(2L * output.elements()), output);
    }

    private static String name(int unit) {
        return "conv3d " + (unit + 1);
    }

    private static Shape input(Conv3dGeometry g) {
        Dims3 size = g.input();
        return Shape.of(g.batch(), g.inputChannels(), size.d(), size.h(), size.w());
    }
}
