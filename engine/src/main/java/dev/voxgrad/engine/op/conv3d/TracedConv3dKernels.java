package dev.voxgrad.engine.op.conv3d;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.Trace;

/** Traces each gradient of a convolution on its own: they differ in cost, so that a profile shows a row for each. */
record TracedConv3dKernels(Device device, Conv3dKernels kernels) implements Conv3dKernels {
    /** Runs the forward alone; its span is that of the operation. */
    @Override
    public void forward(Conv3dGeometry g, Tensor input, Tensor weight, @Nullable Tensor bias, Tensor output) {
        kernels.forward(g, input, weight, bias, output);
    }

    @Override
    public void gradInput(Conv3dGeometry g, Tensor gradOutput, Tensor weight, Tensor gradInput) {
        try (var _ = Trace.part(device, Pass.GRAD_INPUT, Conv3dWork.gradient(device, g, Pass.GRAD_INPUT))) {
            kernels.gradInput(g, gradOutput, weight, gradInput);
        }
    }

    @Override
    public void gradWeight(Conv3dGeometry g, Tensor input, Tensor gradOutput, Tensor gradWeight) {
        try (var _ = Trace.part(device, Pass.GRAD_WEIGHT, Conv3dWork.gradient(device, g, Pass.GRAD_WEIGHT))) {
            kernels.gradWeight(g, input, gradOutput, gradWeight);
        }
    }

    @Override
    public void gradBias(Conv3dGeometry g, Tensor gradOutput, Tensor gradBias) {
        try (var _ = Trace.part(device, Pass.GRAD_BIAS, Conv3dWork.gradient(device, g, Pass.GRAD_BIAS))) {
            kernels.gradBias(g, gradOutput, gradBias);
        }
    }
}
