package dev.voxgrad.engine.op.conv3d.cpu;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.op.conv3d.Conv3dAlgorithm;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.Conv3dKernels;
import dev.voxgrad.engine.op.conv3d.cpu.direct.DirectBiasGradient;
import dev.voxgrad.engine.op.conv3d.cpu.direct.DirectPasses;
import dev.voxgrad.engine.op.conv3d.cpu.planar.Planar;
import dev.voxgrad.engine.op.conv3d.cpu.planar.TiledPlanarConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.pointwise.TiledPointwiseConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.winograd.TiledWinogradConv3d;

/** {@link Conv3dKernels} on the CPU, by the algorithm that {@link Conv3dAlgorithm} chooses. */
public record Conv3dCpu(CpuDevice device) implements Conv3dKernels {
    @Override
    public void forward(Conv3dGeometry g, Tensor input, Tensor weight, @Nullable Tensor bias, Tensor output) {
        float[] biases = bias == null ? null : CpuStorage.array(bias);
        if (Conv3dAlgorithm.of(device.convolution(), g) != Conv3dAlgorithm.DIRECT) {
            TiledConv3d tiled = TiledConv3d.of(device, g);
            tiled.forward(
                    VoxelReader.of(CpuStorage.array(input), g.inputChannels(), tiled.inputVoxel()),
                    CpuStorage.array(weight),
                    null,
                    biases,
                    VoxelWriter.to(CpuStorage.array(output), g.outputChannels()));
            return;
        }
        DirectPasses.of(device, g)
                .forward(CpuStorage.array(input), CpuStorage.array(weight), biases, CpuStorage.array(output));
    }

    @Override
    public void gradInput(Conv3dGeometry g, Tensor gradOutput, Tensor weight, Tensor gradInput) {
        float[] dy = CpuStorage.array(gradOutput);
        float[] w = CpuStorage.array(weight);
        float[] dx = CpuStorage.array(gradInput);
        Conv3dAlgorithm algorithm = Conv3dAlgorithm.ofGradients(device.convolution(), g);
        switch (algorithm) {
            case WINOGRAD -> {
                TiledWinogradConv3d winograd = new TiledWinogradConv3d(device, g);
                winograd.gradInput(winograd.outputLayout().copyFrom(dy), w, planesTo(dx, g, winograd));
            }
            case PLANAR, WINOGRAD4, WINOGRAD_PAIRS -> {
                TiledPlanarConv3d planar = new TiledPlanarConv3d(device, Planar.of(algorithm, g));
                planar.gradInput(planar.outputLayout().copyFrom(dy), w, planesTo(dx, g, planar));
            }
            case POINTWISE -> {
                TiledPointwiseConv3d pointwise = new TiledPointwiseConv3d(device, g);
                int voxel = pointwise.outputLayout().voxel();
                pointwise.gradInput(
                        VoxelReader.of(dy, g.outputChannels(), voxel), w, VoxelWriter.to(dx, g.inputChannels()));
            }
            case DIRECT, FEW_CHANNELS -> DirectPasses.of(device, g).inputGradient(dy, w, dx);
        }
    }

    private static InputGradientWriter planesTo(float[] dx, Conv3dGeometry g, TiledConv3d convolution) {
        return InputGradientWriter.to(dx, g.inputChannels(), g.input(), convolution.inputVoxel());
    }

    @Override
    public void gradWeight(Conv3dGeometry g, Tensor input, Tensor gradOutput, Tensor gradWeight) {
        float[] x = CpuStorage.array(input);
        float[] dy = CpuStorage.array(gradOutput);
        float[] dw = CpuStorage.array(gradWeight);
        if (Conv3dAlgorithm.ofGradients(device.convolution(), g) != Conv3dAlgorithm.DIRECT) {
            TiledConv3d tiled = TiledConv3d.ofGradients(device, g);
            tiled.backward(
                    VoxelReader.of(x, g.inputChannels(), tiled.inputVoxel()),
                    VoxelReader.of(dy, g.outputChannels(), tiled.outputLayout().voxel()),
                    null,
                    dw,
                    null);
        } else {
            DirectPasses.of(device, g).weightGradient(x, dy, dw, false);
        }
    }

    @Override
    public void gradBias(Conv3dGeometry g, Tensor gradOutput, Tensor gradBias) {
        DirectBiasGradient.run(device, g, CpuStorage.array(gradOutput), CpuStorage.array(gradBias));
    }
}
