package dev.voxgrad.engine.op.conv3d.cpu.winograd;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneWriter;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;

/** Computes the forward pass of {@link Winograd} in {@link Stages}. */
final class StagedForward implements WinogradPasses.Forward {
    private static final int BLOCK = PackedWeights.BLOCK;

    private final CpuDevice device;
    private final Stages stages;
    private final Winograd w;

    StagedForward(CpuDevice device, Stages stages) {
        this.device = device;
        this.stages = stages;
        this.w = stages.w;
    }

    @Override
    public int tasks() {
        return w.batch;
    }

    @Override
    public void run(VoxelReader x, float[] u, float[] biases, PlaneWriter y) {
        float[] transformed = device.borrow(stages.input(64));
        float[] products = device.borrow(stages.output(64));
        for (int start = 0; start < w.batch; start += stages.samples) {
            int first = start;
            int samples = Math.min(stages.samples, w.batch - first);
            device.parallel(samples * w.groups(), unit -> transform(device, stages, x, first, unit, transformed));
            device.parallel(64, p -> multiply(p, samples * w.tiles.product(), transformed, u, products));
            device.parallel(samples, sample -> transformBack(first, sample, products, biases, y));
        }
        device.giveBack(products);
        device.giveBack(transformed);
    }

    /** Transforms the inputs of one group of planes: the {@code unit}-th, counted from sample {@code first}. */
    static void transform(CpuDevice device, Stages stages, VoxelReader x, int first, int unit, float[] transformed) {
        Winograd w = stages.w;
        int sample = unit / w.groups();
        int group = unit % w.groups();
        InputSlab slab = new InputSlab(device, w, x);
        slab.load(first + sample, group, false);
        int to = stages.firstTile(sample, group) * stages.inputRow;
        for (int i = 0; i < Slice.COUNT; i++) {
            Slice slice = Slice.of(i);
            int at = stages.input(slice.first()) + to;
            slab.transform(slice, 0, w.tiles(group), transformed, at, stages.inputRow, stages.inputStep);
        }
        slab.close(device);
    }

    private void multiply(int p, int tiles, float[] transformed, float[] u, float[] products) {
        TileProducts.multiply(
                transformed,
                stages.input(p),
                stages.inputRow,
                tiles,
                u,
                Lanes.ALIGNED_START + p * w.weightStep(),
                w.paddedInputs,
                w.outputBlocks,
                products,
                stages.output(p),
                stages.blockStep());
    }

    private void transformBack(int first, int sample, float[] products, float[] biases, PlaneWriter y) {
        TileTransforms transforms = new TileTransforms(w);
        float[] planes = device.borrow(Lanes.ALIGNED_START + 2L * w.group * w.outputPlane());
        float[] results = device.borrow(transforms.results(w.tiles(0)));
        for (int group = 0; group < w.groups(); group++) {
            int tiles = w.tiles(group);
            int from = stages.firstTile(sample, group) * BLOCK;
            for (int i = 0; i < Slice.COUNT; i++) {
                Slice slice = Slice.of(i);
                int at = stages.output(slice.first()) + from;
                transforms.outputs(slice, 0, tiles, products, at, stages.blockStep(), stages.outputStep, results);
            }
            transforms.outputsAcross(0, tiles, results, biases, planes);
            int plane = 2 * group * w.group;
            int count = Math.min(2 * w.planes(group), w.output.d() - plane);
            y.write(first + sample, first + sample, plane, count, planes, Lanes.ALIGNED_START);
        }
        device.giveBack(results);
        device.giveBack(planes);
    }
}
