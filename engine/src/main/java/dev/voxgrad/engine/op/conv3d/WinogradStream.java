package dev.voxgrad.engine.op.conv3d;

import java.util.Arrays;

import dev.voxgrad.engine.device.CpuDevice;

/** {@link Conv3dStream} by {@link Winograd}. */
final class WinogradStream implements Conv3dStream {
    private final CpuDevice device;
    private final Winograd w;
    private final WinogradForward forward;
    private final WinogradBackward backward;

    WinogradStream(CpuDevice device, Conv3dGeometry g) {
        this.device = device;
        this.w = new Winograd(g);
        this.forward = new WinogradForward(device, w);
        this.backward = new WinogradBackward(device, w);
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
    public void forward(VoxelReader x, float[] weight, float[] factors, float[] bias, PlaneWriter y) {
        float[] u = CpuWinogradWeights.forward(device, w, weight, factors);
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
    public void backward(VoxelReader x, PlaneReader dy, float[] weight, float[] dw, InputGradientWriter dx) {
        float[] u = dx == null ? null : CpuWinogradWeights.gradInput(device, w, weight);
        backward.run(x, dy, dw, u, dx);
        if (dx != null) {
            device.giveBack(u);
        }
    }
}
