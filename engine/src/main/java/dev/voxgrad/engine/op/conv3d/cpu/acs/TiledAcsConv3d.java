package dev.voxgrad.engine.op.conv3d.cpu.acs;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.AcsEmbedding;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.InputGradientWriter;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneLayout;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneReader;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneWriter;
import dev.voxgrad.engine.op.conv3d.cpu.TiledConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelWriter;

/** Computes an ACS convolution by whatever algorithm computes the dense convolution that it is equal to. */
public final class TiledAcsConv3d implements TiledConv3d {
    private final CpuDevice device;
    private final Conv3dGeometry g;
    private final AcsEmbedding embedding;
    private final EmbeddedWeights weights;
    private final TiledConv3d dense;

    /**
     * Creates the convolution for these sizes, which have views.
     *
     * @param dense the convolution with the embedding's sizes
     */
    public TiledAcsConv3d(CpuDevice device, Conv3dGeometry g, AcsEmbedding embedding, TiledConv3d dense) {
        this.device = device;
        this.g = g;
        this.embedding = embedding;
        this.weights = new EmbeddedWeights(device, embedding);
        this.dense = dense;
    }

    @Override
    public Conv3dGeometry geometry() {
        return g;
    }

    @Override
    public int inputVoxel() {
        return dense.inputVoxel();
    }

    @Override
    public PlaneLayout outputLayout() {
        return dense.outputLayout();
    }

    @Override
    public int forwardTasks() {
        return dense.forwardTasks();
    }

    @Override
    public int backwardTasks() {
        return dense.backwardTasks();
    }

    @Override
    public void forward(
            VoxelReader x, float[] weight, float @Nullable [] factors, float @Nullable [] bias, PlaneWriter y) {
        float[] full = embed(weight);
        dense.forward(x, full, factors, bias, y);
        device.giveBack(full);
    }

    @Override
    public void forward(
            VoxelReader x, float[] weight, float @Nullable [] factors, float @Nullable [] bias, VoxelWriter y) {
        float[] full = embed(weight);
        dense.forward(x, full, factors, bias, y);
        device.giveBack(full);
    }

    @Override
    public void backward(
            VoxelReader x, PlaneReader dy, float @Nullable [] weight, float[] dw, @Nullable InputGradientWriter dx) {
        float[] full = dx == null ? null : embed(Objects.requireNonNull(weight));
        float[] gradient = borrow();
        dense.backward(x, dy, full, gradient, dx);
        finish(full, gradient, dw);
    }

    @Override
    public void backward(
            VoxelReader x, VoxelReader dy, float @Nullable [] weight, float[] dw, @Nullable VoxelWriter dx) {
        float[] full = dx == null ? null : embed(Objects.requireNonNull(weight));
        float[] gradient = borrow();
        dense.backward(x, dy, full, gradient, dx);
        finish(full, gradient, dw);
    }

    private float[] borrow() {
        return device.borrow(embedding.denseShape().elements());
    }

    private float[] embed(float[] weight) {
        float[] full = borrow();
        weights.embed(weight, full);
        return full;
    }

    private void finish(float @Nullable [] full, float[] gradient, float[] dw) {
        weights.extract(gradient, dw);
        device.giveBack(gradient);
        if (full != null) {
            device.giveBack(full);
        }
    }
}
