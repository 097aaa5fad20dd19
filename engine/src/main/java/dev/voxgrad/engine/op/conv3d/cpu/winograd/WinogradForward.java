package dev.voxgrad.engine.op.conv3d.cpu.winograd;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneWriter;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;

/**
 * Computes the forward pass of {@link Winograd}, for each {@link Slice}: slab → transformed inputs → products → results
 * within a plane; then output planes.
 */
final class WinogradForward implements WinogradPasses.Forward {
    /** Minimum number of tasks (if there are enough planes), so that no thread idles long at the end. */
    private static final int TASKS = 64;

    private static final int BLOCK = PackedWeights.BLOCK;

    private final CpuDevice device;
    private final Winograd w;
    private final TileTransforms transforms;
    private final int chunks;

    WinogradForward(CpuDevice device, Winograd w) {
        this.device = device;
        this.w = w;
        this.transforms = new TileTransforms(w);
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
            float[] transformed = device.borrow(Lanes.ALIGNED_START + Slice.POSITIONS * w.inputStep());
            float[] products = device.borrow(Lanes.ALIGNED_START + Slice.POSITIONS * w.outputStep());
            float[] results = device.borrow(transforms.results(Math.min(w.tilesTogether, w.tiles(0))));
            float[] planes = device.borrow(Lanes.ALIGNED_START + 2L * w.group * w.outputPlane());
            for (int group = start; group < end; group++) {
                slab.load(sample, group, group > start);
                int tiles = w.tiles(group);
                for (int tile = 0; tile < tiles; tile += w.tilesTogether) {
                    int count = Math.min(w.tilesTogether, tiles - tile);
                    for (int i = 0; i < Slice.COUNT; i++) {
                        processSlice(Slice.of(i), tile, count, slab, transformed, u, products, results);
                    }
                    transforms.outputsAcross(tile, count, results, biases, planes);
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
            device.giveBack(planes);
            device.giveBack(results);
            device.giveBack(products);
            device.giveBack(transformed);
            slab.close(device);
        });
    }

    private void processSlice(
            Slice slice,
            int firstTile,
            int tiles,
            InputSlab slab,
            float[] transformed,
            float[] u,
            float[] products,
            float[] results) {
        int to = Lanes.ALIGNED_START;
        int block = w.tilesPerBlock * BLOCK;
        for (int tile = 0; tile < tiles; tile += w.tilesPerBlock) {
            int count = Math.min(w.tilesPerBlock, tiles - tile);
            slab.transform(slice, firstTile + tile, count, transformed, to, w.paddedInputs, w.inputStep());
            multiply(slice, transformed, u, products, count);
            transforms.outputs(slice, tile, count, products, to, block, w.outputStep(), results);
        }
    }

    private void multiply(Slice slice, float[] transformed, float[] u, float[] products, int count) {
        for (int q = 0; q < Slice.POSITIONS; q++) {
            TileProducts.multiply(
                    transformed,
                    Lanes.ALIGNED_START + q * w.inputStep(),
                    w.paddedInputs,
                    count,
                    u,
                    Lanes.ALIGNED_START + (slice.first() + q) * w.weightStep(),
                    w.paddedInputs,
                    w.outputBlocks,
                    products,
                    Lanes.ALIGNED_START + q * w.outputStep(),
                    w.tilesPerBlock * BLOCK);
        }
    }
}
