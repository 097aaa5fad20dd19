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

    /** Opens the span of a unit's convolution in training, including what is done to its input and output. */
    static @Nullable Span forward(CpuDevice device, ConvBlockOp op, int unit, Conv3dGeometry g) {
        return device.recorder() == null ? null : forward(device, op, unit, g, Conv3dWork.forward(device, g));
    }

    /** Opens the span of the same in inference. */
    static @Nullable Span inference(CpuDevice device, ConvBlockOp op, int unit, Conv3dGeometry g) {
        return device.recorder() == null ? null : forward(device, op, unit, g, Conv3dWork.inference(device, g));
    }

    private static @Nullable Span forward(CpuDevice device, ConvBlockOp op, int unit, Conv3dGeometry g, Work work) {
        return Trace.span(device, name(op, unit), Pass.FORWARD, work, input(g));
    }

    /**
     * Opens the span of a unit's gradients.
     *
     * @param read how many values are read in addition to the convolution's input and weight: to compute dz, and for dx
     */
    static @Nullable Span backward(
            CpuDevice device, ConvBlockOp op, int unit, Conv3dGeometry g, long read, boolean withInput) {
        return device.recorder() == null
                ? null
                : Trace.span(
                        device,
                        name(op, unit),
                        Pass.BACKWARD,
                        Conv3dWork.backward(device, g, read, withInput),
                        input(g));
    }

    /**
     * Opens the span of the pass that normalises the block's result, or that sums up over its gradient. Either touches
     * two tensors of its size.
     */
    static @Nullable Span activation(CpuDevice device, Pass pass, Shape output) {
        return span(device, "normRelu", pass, output, 2);
    }

    /** Opens the span of the same pass of a residual block, which touches so many tensors of the result's size. */
    static @Nullable Span residual(CpuDevice device, Pass pass, Shape output, int tensors) {
        return span(device, "normAddRelu", pass, output, tensors);
    }

    private static @Nullable Span span(CpuDevice device, String name, Pass pass, Shape output, int tensors) {
        return device.recorder() == null
                ? null
                : Trace.span(device, name, pass, Work.moving((long) tensors * output.elements()), output);
    }

    private static String name(ConvBlockOp op, int unit) {
        return unit < op.units().size() ? "conv3d " + (unit + 1) : "conv3d shortcut";
    }

    private static Shape input(Conv3dGeometry g) {
        Dims3 size = g.input();
        return Shape.of(g.batch(), g.inputChannels(), size.d(), size.h(), size.w());
    }
}
