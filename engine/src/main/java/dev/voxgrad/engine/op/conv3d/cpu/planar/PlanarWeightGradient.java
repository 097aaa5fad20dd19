package dev.voxgrad.engine.op.conv3d.cpu.planar;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.MicroKernels;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;

/**
 * Computes the gradient of transformed weights for a group of units: dU = Σ dM ⊙ V, the tiles of inputs and output
 * gradients being transformed block by block. The result is laid out [position][block of input channels][output
 * channel][2 vectors of input channels] for each pass: the vectors are of input channels, since a view has all of them.
 */
final class PlanarWeightGradient {
    private static final int START = Lanes.ALIGNED_START;
    private static final int BLOCK = PackedWeights.BLOCK;
    private static final int L = Lanes.COUNT;
    private static final int CHUNK = PlanarConvolution.CHUNK;
    /** The number of output channels of one micro-kernel call. */
    private static final int ROWS = 8;
    /** Tiles whose products are added up before they are added to memory; they stay in the first-level cache. */
    private static final int CACHED_TILES = 56;

    private final CpuDevice device;
    private final Planar p;
    private final int tilesPerBlock;
    private final int inputBlocks;

    PlanarWeightGradient(CpuDevice device, Planar p, int tilesPerBlock) {
        this.device = device;
        this.p = p;
        this.tilesPerBlock = tilesPerBlock;
        this.inputBlocks = Math.ceilDiv(p.g.inputChannels(), BLOCK);
    }

    /** Returns the output channels of a pass, padded to whole calls of the micro-kernel. */
    int rows(TilePass pass) {
        return Math.ceilDiv(pass.view().channels(), ROWS) * ROWS;
    }

    /** Returns the floats of one position of a pass. */
    int positionSize(TilePass pass) {
        return inputBlocks * rows(pass) * BLOCK;
    }

    /** Returns where a pass starts. */
    int start(TilePass pass) {
        int start = 0;
        for (TilePass before : p.forward.passes) {
            if (before == pass) {
                break;
            }
            start += before.positions() * positionSize(before);
        }
        return start;
    }

    /** Returns the floats of the gradient of all transformed weights. */
    int size() {
        TilePass last = p.forward.passes.getLast();
        return start(last) + last.positions() * positionSize(last);
    }

    /**
     * Adds the contributions of {@code units} units, starting with {@code first}.
     *
     * @param x the units' slabs of inputs
     * @param dy the units' slabs of output gradients
     * @param du receives the sums, from index {@code at}
     */
    void add(int first, int units, float[] x, float[] dy, float[] du, int at) {
        for (TilePass pass : p.forward.passes) {
            new Group(pass, first, units, x, dy, du, at + start(pass)).run();
        }
    }

    /** The tiles of one pass in a group of units. */
    private final class Group {
        private final TilePass pass;
        private final TileTransform transforms;
        private final PlanarView view;
        private final int[] inputs;
        private final int[] gradients;
        private final float[] x;
        private final float[] dy;
        private final float[] du;
        private final int at;
        private final int block;
        private final int inputVoxel = Planar.voxel(inputBlocks * BLOCK);
        private final int gradientVoxel;
        private final int inputStep;
        private final int gradientStep;

        Group(TilePass pass, int first, int units, float[] x, float[] dy, float[] du, int at) {
            this.pass = pass;
            this.transforms = TileTransform.of(pass);
            this.view = pass.view();
            this.inputs = pass.sources(first, units, START, p.inner.size());
            this.gradients = pass.targets(first, units, START + p.outer.interior() + view.first(), p.outer.size());
            this.x = x;
            this.dy = dy;
            this.du = du;
            this.at = at;
            this.block = Math.min(tilesPerBlock, inputs.length);
            this.gradientVoxel = Planar.voxel(Math.max(rows(pass), view.channels()));
            this.inputStep = block * inputVoxel + L;
            this.gradientStep = block * gradientVoxel + L;
        }

        void run() {
            float[] v = device.borrow(START + (long) pass.positions() * inputStep);
            float[] dm = device.borrow(START + (long) pass.positions() * gradientStep);
            for (int start = 0; start < inputs.length; start += block) {
                int tile = start;
                int count = Math.min(block, inputs.length - start);
                device.parallel(Math.ceilDiv(count, CHUNK), chunk -> transform(tile, chunk, count, v, dm));
                device.parallel(
                        pass.positions() * inputBlocks,
                        task -> multiply(task / inputBlocks, task % inputBlocks, count, v, dm));
            }
            device.giveBack(dm);
            device.giveBack(v);
        }

        private void transform(int firstTile, int chunk, int count, float[] v, float[] dm) {
            float[] scratch = device.borrow(TileTransform.SCRATCH);
            for (int i = chunk * CHUNK; i < Math.min(count, (chunk + 1) * CHUNK); i++) {
                for (int channel = 0; channel < p.g.inputChannels(); channel += L) {
                    transforms.input(
                            x,
                            inputs[firstTile + i] + channel,
                            p.inner,
                            scratch,
                            v,
                            START + i * inputVoxel + channel,
                            inputStep);
                }
                for (int channel = 0; channel < view.channels(); channel += L) {
                    transforms.gradient(
                            dy,
                            gradients[firstTile + i] + channel,
                            p.outer,
                            scratch,
                            dm,
                            START + i * gradientVoxel + channel,
                            gradientStep);
                }
            }
            device.giveBack(scratch);
        }

        /** Adds dU[position, block, o, :] += Σ over tiles of dM[position, tile, o] · V[position, tile, block, :]. */
        private void multiply(int position, int inputBlock, int count, float[] v, float[] dm) {
            int rows = rows(pass);
            for (int tile = 0; tile < count; tile += CACHED_TILES) {
                for (int row = 0; row < rows; row += ROWS) {
                    MicroKernels.addOuter8(
                            dm,
                            START + position * gradientStep + tile * gradientVoxel + row,
                            0,
                            gradientVoxel,
                            v,
                            START + position * inputStep + tile * inputVoxel + inputBlock * BLOCK,
                            0,
                            inputVoxel,
                            1,
                            Math.min(CACHED_TILES, count - tile),
                            du,
                            at + ((position * inputBlocks + inputBlock) * rows + row) * BLOCK);
                }
            }
        }
    }
}
