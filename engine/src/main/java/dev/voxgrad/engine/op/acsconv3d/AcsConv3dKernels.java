package dev.voxgrad.engine.op.acsconv3d;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.op.acsconv3d.cpu.AcsWeightsCpu;
import dev.voxgrad.engine.op.acsconv3d.cuda.AcsWeightsCuda;
import dev.voxgrad.engine.op.conv3d.Conv3dAlgorithm;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.Conv3dKernels;

/**
 * The kernels of {@link AcsConv3dOp}. Where its kernel has one element, the views do not differ, and the kernels of
 * ordinary convolutions do the work; so do they on a CPU by an algorithm that knows views.
 *
 * @param ordinary for geometries without views
 * @param acs for those with views
 */
record AcsConv3dKernels(Device device, Conv3dKernels ordinary, Conv3dKernels acs) implements Conv3dKernels {
    /** Returns the kernels of a device; while it is traced, each gradient gets a row of its own in the profile. */
    static Conv3dKernels on(Device device) {
        Conv3dKernels ordinary = Conv3dKernels.untraced(device);
        Conv3dKernels acs = switch (device) {
            case CpuDevice cpu -> new EmbeddedAcsConv3d(new AcsWeightsCpu(cpu), ordinary);
            case CudaDevice cuda -> new EmbeddedAcsConv3d(new AcsWeightsCuda(cuda), ordinary);
            case ReferenceDevice reference -> AcsConv3dReference.kernels();
        };
        return Conv3dKernels.traced(device, new AcsConv3dKernels(device, ordinary, acs));
    }

    private Conv3dKernels of(Conv3dGeometry g) {
        boolean views = device instanceof CpuDevice
                && Conv3dAlgorithm.of(device.convolution(), g).takesViews(g);
        return g.acs() == null || views ? ordinary : acs;
    }

    @Override
    public void forward(Conv3dGeometry g, Tensor input, Tensor weight, @Nullable Tensor bias, Tensor output) {
        of(g).forward(g, input, weight, bias, output);
    }

    @Override
    public void gradInput(Conv3dGeometry g, Tensor gradOutput, Tensor weight, Tensor gradInput) {
        of(g).gradInput(g, gradOutput, weight, gradInput);
    }

    @Override
    public void gradWeight(Conv3dGeometry g, Tensor input, Tensor gradOutput, Tensor gradWeight) {
        of(g).gradWeight(g, input, gradOutput, gradWeight);
    }

    @Override
    public void gradBias(Conv3dGeometry g, Tensor gradOutput, Tensor gradBias) {
        of(g).gradBias(g, gradOutput, gradBias);
    }
}
