package dev.voxgrad.engine.op.conv3d.cpu.winograd;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneWriter;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;

/** Computes the forward pass of {@link Winograd}: slab → transformed inputs → products → output planes. */
final class WinogradForward implements WinogradPasses.Forward {
    /** Minimum number of tasks (if there are enough planes), so that no thread idles long at the end. */
    private static final int TASKS = 64;

    private static final int BLOCK = PackedWeights.BLOCK;

    private final CpuDevice device;
    private final Winograd w;
    private final int chunks;

    WinogradForward(CpuDevice device, Winograd w) {
        this.device = device;
        this.w = w;
        this.chunks = Math.min(w.groups(), Math.ceilDiv(TASKS, w.batch));
    }

    @Override
    public int tasks() {
        return w.batch * chunks;
    }

    @Override
    public void run(VoxelReader x, float[] u, float[] biases, PlaneWriter y) {
        device.parallel(tasks(), task -> {
            int sample = task / chunks;
            int chunk = task % chunks;
            int start = w.groups() * chunk / chunks;
            int end = w.groups() * (chunk + 1) / chunks;
            InputSlab slab = new InputSlab(device, w, x);
            float[] transformed = device.borrow(Lanes.ALIGNED_START + 64 * w.inputStep());
            float[] products = device.borrow(Lanes.ALIGNED_START + 64 * w.outputStep());
            float[] planes = device.borrow(Lanes.ALIGNED_START + 2L * w.group * w.outputPlane());
            float[] scratch = device.borrow(WinogradTransforms.SCRATCH);
            for (int group = start; group < end; group++) {
                slab.load(sample, group, group > start);
                int tiles = w.tiles(group);
                for (int tile = 0; tile < tiles; tile += w.tilesPerBlock) {
                    int count = Math.min(w.tilesPerBlock, tiles - tile);
                    slab.transform(tile, count, transformed, scratch);
                    multiply(transformed, u, products, count);
                    transformBack(tile, count, products, biases, planes, scratch);
                }
                int first = 2 * group * w.group;
                y.write(
                        task,
                        sample,
                        first,
                        Math.min(2 * w.planes(group), w.output.d() - first),
                        planes,
                        Lanes.ALIGNED_START);
            }
            device.giveBack(scratch);
            device.giveBack(planes);
            device.giveBack(products);
            device.giveBack(transformed);
            slab.close(device);
        });
    }

    private void multiply(float[] transformed, float[] u, float[] products, int count) {
        for (int p = 0; p < 64; p++) {
            TileProducts.multiply(
                    transformed,
                    Lanes.ALIGNED_START + p * w.inputStep(),
                    w.paddedInputs,
                    Math.ceilDiv(count, TileProducts.STEP) * TileProducts.STEP,
                    u,
                    Lanes.ALIGNED_START + p * w.weightStep(),
                    w.paddedInputs,
                    w.outputBlocks,
                    products,
                    Lanes.ALIGNED_START + p * w.outputStep(),
                    w.tilesPerBlock * BLOCK);
        }
    }

    private void transformBack(
            int firstTile, int count, float[] products, float[] biases, float[] planes, float[] scratch) {
        TileTransforms transforms = new TileTransforms(w);
        for (int i = 0; i < count; i++) {
            transforms.outputs(
                    firstTile + i,
                    products,
                    Lanes.ALIGNED_START + i * BLOCK,
                    w.tilesPerBlock * BLOCK,
                    w.outputStep(),
                    biases,
                    planes,
                    scratch);
        }
    }
}
