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
 * {@link TiledConv3d} by direct convolution. A few samples at a time are read into scratch arrays, convolved and handed
 * over, sample by sample, so that most of the scratch is in the last-level cache and its size does not depend on the
 * batch.
 */
public final class TiledDirectConv3d implements TiledConv3d {
    /**
     * Maximum of floats in the inputs and outputs that are processed together, if there is more than a sample: 32 MiB.
     */
    private static final int FLOATS = 8 * 1024 * 1024;

    private final CpuDevice device;
    private final Conv3dGeometry g;
    private final PlaneLayout outputLayout;
    /** Number of samples that are processed together. */
    private final int samples;
    /** The input planes that a tap reads; a stride may skip others. */
    private final boolean[] planesRead;

    /** Creates the convolution for these sizes. */
    public TiledDirectConv3d(CpuDevice device, Conv3dGeometry g) {
        this.device = device;
        this.g = g;
        Dims3 out = g.output();
        int row = out.w() * g.outputChannels();
        this.outputLayout = new PlaneLayout(g.outputChannels(), out, g.outputChannels(), row, out.h() * row);
        this.planesRead = TapTable.forward(g).planesRead();
        int most = Math.clamp(FLOATS / ((long) inputSize() + outputSize()), 1, g.batch());
        this.samples = Math.ceilDiv(g.batch(), Math.ceilDiv(g.batch(), most));
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
        float[] input = device.borrow(samples * inputSize());
        float[] output = device.borrow(samples * outputSize());
        for (int start = 0; start < g.batch(); start += samples) {
            int first = start;
            int count = Math.min(samples, g.batch() - first);
            read(x, first, count, input);
            DirectPasses.of(device, g.withBatch(count)).forward(input, scaled, bias, output);
            device.parallel(
                    count, i -> y.write(first + i, first + i, 0, g.output().d(), output, i * outputSize()));
        }
        device.giveBack(output);
        device.giveBack(input);
        if (factors != null) {
            device.giveBack(scaled);
        }
    }

    private float[] scale(float[] weight, float[] factors) {
        int perOutput = g.groupInputs() * g.taps();
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
        float[] input = device.borrow(samples * inputSize());
        float[] gradients = device.borrow(samples * outputSize());
        for (int start = 0; start < g.batch(); start += samples) {
            int first = start;
            Conv3dGeometry some = g.withBatch(Math.min(samples, g.batch() - first));
            read(x, first, some.batch(), input);
            device.parallel(some.batch(), i -> dy.read(first + i, 0, g.output().d(), gradients, i * outputSize()));
            DirectPasses passes = DirectPasses.of(device, some);
            passes.weightGradient(input, gradients, dw, first > 0);
            if (dx != null) {
                passes.inputGradient(gradients, Objects.requireNonNull(weight), input);
                device.parallel(some.batch(), i -> write(first + i, input, i * inputSize(), dx));
            }
        }
        device.giveBack(gradients);
        device.giveBack(input);
    }

    private void write(int sample, float[] gradients, int from, InputGradientWriter dx) {
        int row = g.input().w() * g.inputChannels();
        for (int z = 0; z < g.input().d(); z++) {
            dx.write(sample, sample, z, gradients, from + z * g.input().h() * row, row);
        }
    }

    private void read(VoxelReader x, int first, int count, float[] input) {
        int plane = g.input().h() * g.input().w();
        device.parallel(count, i -> {
            for (int z = 0; z < planesRead.length; z++) {
                int start = z;
                while (z < planesRead.length && planesRead[z]) {
                    z++;
                }
                if (z > start) {
                    int voxel = ((first + i) * g.input().d() + start) * plane;
                    int to = i * inputSize() + start * plane * g.inputChannels();
                    x.read(voxel, (z - start) * plane, input, to);
                }
            }
        });
    }

    private int inputSize() {
        return g.input().product() * g.inputChannels();
    }

    private int outputSize() {
        return g.output().product() * g.outputChannels();
    }
}
