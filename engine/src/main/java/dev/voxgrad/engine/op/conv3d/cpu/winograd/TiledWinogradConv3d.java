package dev.voxgrad.engine.op.conv3d.cpu.winograd;

import java.util.Arrays;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.InputGradientWriter;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneLayout;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneReader;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneWriter;
import dev.voxgrad.engine.op.conv3d.cpu.TiledConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;

/** {@link TiledConv3d} by {@link Winograd}. */
public final class TiledWinogradConv3d implements TiledConv3d {
    private final CpuDevice device;
    private final Conv3dGeometry g;
    private final Winograd w;
    private final WinogradPasses.Forward forward;
    private final WinogradPasses.Backward backward;

    /** Creates the convolution for these sizes. */
    public TiledWinogradConv3d(CpuDevice device, Conv3dGeometry g) {
        this.device = device;
        this.g = g;
        this.w = new Winograd(g);
        this.forward = WinogradPasses.Forward.of(device, w);
        this.backward = WinogradPasses.Backward.of(device, w);
    }

    @Override
    public Conv3dGeometry geometry() {
        return g;
    }

    @Override
    public int inputVoxel() {
        return w.paddedInputs;
    }

    @Override
    public PlaneLayout outputLayout() {
        return w.outputLayout();
    }

    @Override
    public int forwardTasks() {
        return forward.tasks();
    }

    @Override
    public int backwardTasks() {
        return backward.tasks();
    }

    @Override
    public void forward(
            VoxelReader x, float[] weight, float @Nullable [] factors, float @Nullable [] bias, PlaneWriter y) {
        float[] u = WinogradWeights.forward(device, w, weight, factors);
        float[] biases = device.borrow(w.paddedOutputs);
        Arrays.fill(biases, 0);
        if (bias != null) {
            System.arraycopy(bias, 0, biases, 0, w.outputs);
        }
        forward.run(x, u, biases, y);
        device.giveBack(biases);
        device.giveBack(u);
    }

    @Override
    public void backward(
            VoxelReader x, PlaneReader dy, float @Nullable [] weight, float[] dw, @Nullable InputGradientWriter dx) {
        float[] u = dx == null ? null : WinogradWeights.gradInput(device, w, Objects.requireNonNull(weight));
        backward.run(x, dy, dw, u, dx);
        if (u != null) {
            device.giveBack(u);
        }
    }

    /** Computes the input gradient alone. */
    public void gradInput(PlaneReader dy, float[] weight, InputGradientWriter dx) {
        float[] u = WinogradWeights.gradInput(device, w, weight);
        backward.run(null, dy, null, u, dx);
        device.giveBack(u);
    }
}
