package dev.voxgrad.engine.op.conv3d.cpu.direct;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.InputGradientWriter;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneLayout;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneReader;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneWriter;
import dev.voxgrad.engine.op.conv3d.cpu.TiledConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;

/**
 * {@link TiledConv3d} by direct convolution. It is used for small volumes, so it hands over whole tensors in scratch
 * arrays, sample by sample.
 */
public final class TiledDirectConv3d implements TiledConv3d {
    private final CpuDevice device;
    private final Conv3dGeometry g;
    private final PlaneLayout outputLayout;

    /** Creates the convolution for these sizes. */
    public TiledDirectConv3d(CpuDevice device, Conv3dGeometry g) {
        this.device = device;
        this.g = g;
        Dims3 out = g.output();
        int row = out.w() * g.outputChannels();
        this.outputLayout = new PlaneLayout(g.outputChannels(), out, g.outputChannels(), row, out.h() * row);
    }

    @Override
    public Conv3dGeometry geometry() {
        return g;
    }

    @Override
    public int inputVoxel() {
        return g.inputChannels();
    }

    @Override
    public PlaneLayout outputLayout() {
        return outputLayout;
    }

    @Override
    public int forwardTasks() {
        return g.batch();
    }

    @Override
    public int backwardTasks() {
        return g.batch();
    }

    @Override
    public void forward(
            VoxelReader x, float[] weight, float @Nullable [] factors, float @Nullable [] bias, PlaneWriter y) {
        float[] scaled = factors == null ? weight : scale(weight, factors);
        float[] packed = PackedWeights.forward(device, g, scaled);
        float[] input = read(x);
        float[] output = device.borrow(g.batch() * outputSize());
        DirectConvolution.forward(g).run(device, input, packed, bias, output);
        device.parallel(
                g.batch(), sample -> y.write(sample, sample, 0, g.output().d(), output, sample * outputSize()));
        device.giveBack(output);
        device.giveBack(input);
        device.giveBack(packed);
        if (factors != null) {
            device.giveBack(scaled);
        }
    }

    private float[] scale(float[] weight, float[] factors) {
        int perOutput = g.groupInputs() * g.kernel().product();
        float[] scaled = device.borrow(g.outputChannels() * perOutput);
        device.parallel(g.outputChannels(), output -> {
            for (int i = output * perOutput; i < (output + 1) * perOutput; i++) {
                scaled[i] = factors[output] * weight[i];
            }
        });
        return scaled;
    }

    @Override
    public void backward(
            VoxelReader x, PlaneReader dy, float @Nullable [] weight, float[] dw, @Nullable InputGradientWriter dx) {
        float[] input = read(x);
        float[] gradients = device.borrow(g.batch() * outputSize());
        device.parallel(g.batch(), sample -> dy.read(sample, 0, g.output().d(), gradients, sample * outputSize()));
        new DirectWeightGradient(device, g).run(input, gradients, dw);
        if (dx != null) {
            DirectInputGradient.run(device, g, gradients, Objects.requireNonNull(weight), input);
            int row = g.input().w() * g.inputChannels();
            device.parallel(g.batch(), sample -> {
                for (int z = 0; z < g.input().d(); z++) {
                    dx.write(
                            sample,
                            sample,
                            z,
                            input,
                            sample * inputSize() + z * g.input().h() * row,
                            row);
                }
            });
        }
        device.giveBack(gradients);
        device.giveBack(input);
    }

    private float[] read(VoxelReader x) {
        float[] input = device.borrow(g.batch() * inputSize());
        int voxels = g.input().product();
        device.parallel(g.batch(), sample -> x.read(sample * voxels, voxels, input, sample * inputSize()));
        return input;
    }

    private int inputSize() {
        return g.input().product() * g.inputChannels();
    }

    private int outputSize() {
        return g.output().product() * g.outputChannels();
    }
}
