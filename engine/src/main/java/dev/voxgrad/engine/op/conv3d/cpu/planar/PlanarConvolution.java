package dev.voxgrad.engine.op.conv3d.cpu.planar;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.MicroKernels;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;

/**
 * Computes a {@link PlanarCorrelation} for a group of units, slab by slab: blocks of tiles are transformed, multiplied
 * position by position, and transformed back. Where a thread processes a group of its own, the tasks here run on it one
 * after the other.
 */
final class PlanarConvolution {
    /** The number of tiles that one task transforms: the micro-kernel's seven. */
    static final int CHUNK = 7;

    private static final int START = Lanes.ALIGNED_START;
    private static final int BLOCK = PackedWeights.BLOCK;
    private static final int L = Lanes.COUNT;

    private static final int LARGEST_BLOCK = 8 * CHUNK;

    private final CpuDevice device;
    private final PlanarCorrelation c;
    private final boolean sharesTiles;
    private final int cache;

    /**
     * Creates the convolution.
     *
     * @param sharesTiles whether all threads process the same tiles, which are then one block
     * @param cache bytes of second-level cache for each thread
     */
    PlanarConvolution(CpuDevice device, PlanarCorrelation correlation, boolean sharesTiles, int cache) {
        this.device = device;
        this.c = correlation;
        this.sharesTiles = sharesTiles;
        this.cache = cache;
    }

    /**
     * Returns the number of tiles in a block of one thread, a multiple of {@link #CHUNK}: so many that their
     * transformed inputs and products take three quarters of the second-level cache, and at least so many that they are
     * no fewer floats than the transformed weights, which each block reads. No result depends on it, as no sum runs
     * over tiles.
     *
     * @param cache bytes of second-level cache
     */
    static int tilesPerBlock(TilePass pass, PlanarCorrelation c, int cache) {
        long tile = (long) pass.positions()
                * (Planar.voxel(c.sourceChannels(pass.view())) + c.targetVectors(pass.view()) * L);
        long weights = (long) pass.positions() * c.weightsOfPosition(pass.view());
        long tiles = Math.max((long) cache / Float.BYTES * 3 / 4, weights) / tile;
        return Math.clamp(tiles / CHUNK * CHUNK, CHUNK, LARGEST_BLOCK);
    }

    /**
     * Computes the target of {@code units} units, starting with {@code first}.
     *
     * @param slab the number of slabs before the first unit's in {@code source} and {@code target}
     * @param source the units' slabs, one after the other
     * @param weights as {@link PlanarWeights#transform} returns them
     * @param bias a value for each of the target's channels
     * @param target receives the units' slabs
     */
    void run(int first, int units, int slab, float[] source, float[] weights, float[] bias, float[] target) {
        PlanarView firstView = c.passes.getFirst().view();
        for (TilePass pass : c.passes) {
            boolean adds = !c.forward && pass.view() != firstView;
            Group group = new Group(pass, first, units, slab, source, weights, adds ? target : bias, adds, target);
            group.run();
        }
    }

    /** The tiles of one pass in a group of units. */
    private final class Group {
        private final TilePass pass;
        private final TileTransform transforms;
        private final PlanarView view;
        private final int[] from;
        private final int[] to;
        private final float[] source;
        private final float[] weights;
        private final float[] base;
        private final boolean adds;
        private final float[] target;
        private final int block;
        private final int sourceChannels;
        private final int vectors;
        private final int voxel;
        private final int targetBlocks;
        /**
         * Floats between positions of transformed inputs; not a multiple of a page, so that caches hold all of them.
         */
        private final int inputStep;

        private final int productStep;

        Group(
                TilePass pass,
                int first,
                int units,
                int slab,
                float[] source,
                float[] weights,
                float[] base,
                boolean adds,
                float[] target) {
            this.pass = pass;
            this.transforms = TileTransform.of(pass);
            this.view = pass.view();
            this.from =
                    pass.sources(first, units, START + slab * c.source.size() + c.firstSource(view), c.source.size());
            this.to = pass.targets(first, units, START + slab * c.target.size() + c.firstTarget(view), c.target.size());
            this.source = source;
            this.weights = weights;
            this.base = base;
            this.adds = adds;
            this.target = target;
            int most = sharesTiles ? from.length : tilesPerBlock(pass, c, cache);
            this.block = Math.ceilDiv(Math.min(most, from.length), CHUNK) * CHUNK;
            this.sourceChannels = c.sourceChannels(view);
            this.vectors = Math.ceilDiv(sourceChannels, L);
            this.targetBlocks = c.targetBlocks(view);
            this.voxel = Planar.voxel(sourceChannels);
            this.inputStep = block * voxel + L;
            this.productStep = block * c.targetVectors(view) * L + L;
        }

        void run() {
            float[] transformed = device.borrow(START + (long) pass.positions() * inputStep);
            float[] products = device.borrow(START + (long) pass.positions() * productStep);
            for (int start = 0; start < from.length; start += block) {
                int tile = start;
                int count = Math.min(block, from.length - start);
                int chunks = Math.ceilDiv(count, CHUNK);
                device.parallel(chunks, chunk -> transform(tile, chunk, count, transformed));
                device.parallel(
                        pass.positions() * targetBlocks,
                        task -> multiply(task / targetBlocks, task % targetBlocks, count, transformed, products));
                device.parallel(chunks, chunk -> transformBack(tile, chunk, count, products));
            }
            device.giveBack(products);
            device.giveBack(transformed);
        }

        private void transform(int firstTile, int chunk, int count, float[] transformed) {
            float[] scratch = device.borrow(TileTransform.SCRATCH);
            for (int i = chunk * CHUNK; i < Math.min(count, (chunk + 1) * CHUNK); i++) {
                int at = from[firstTile + i];
                int result = START + i * voxel;
                for (int vector = 0; vector < vectors; vector++) {
                    transforms.input(
                            source, at + vector * L, c.source, scratch, transformed, result + vector * L, inputStep);
                }
            }
            device.giveBack(scratch);
        }

        /** Computes products[p, block, tile, :] = transformed[p, tile, :] · weights[p, block, :, :]. */
        private void multiply(int p, int targetBlock, int count, float[] transformed, float[] products) {
            int u = START + pass.weights() + p * c.weightsOfPosition(view) + targetBlock * sourceChannels * BLOCK;
            int size = c.blockSize(view, targetBlock);
            for (int tile = 0; tile < count; tile += CHUNK) {
                int a = START + p * inputStep + tile * voxel;
                int to = START + p * productStep + targetBlock * block * BLOCK + tile * size;
                if (size == BLOCK) {
                    MicroKernels.products7(transformed, a, voxel, weights, u, sourceChannels, products, to);
                } else {
                    NarrowKernel.products7(transformed, a, voxel, weights, u, sourceChannels, products, to);
                }
            }
        }

        private void transformBack(int firstTile, int chunk, int count, float[] products) {
            float[] scratch = device.borrow(TileTransform.SCRATCH);
            int targetVectors = c.targetVectors(view);
            for (int i = chunk * CHUNK; i < Math.min(count, (chunk + 1) * CHUNK); i++) {
                int at = to[firstTile + i];
                for (int vector = 0; vector < targetVectors; vector++) {
                    int channel = vector * L;
                    int size = c.blockSize(view, vector / 2);
                    transforms.output(
                            products,
                            START + vector / 2 * block * BLOCK + i * size + channel % BLOCK,
                            productStep,
                            scratch,
                            base,
                            adds ? at + channel : c.firstTarget(view) + channel,
                            adds,
                            target,
                            at + channel,
                            c.target);
                }
            }
            device.giveBack(scratch);
        }
    }
}
