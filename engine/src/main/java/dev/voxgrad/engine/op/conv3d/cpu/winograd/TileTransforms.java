package dev.voxgrad.engine.op.conv3d.cpu.winograd;

import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;

/**
 * Applies {@link WinogradTransforms} to all channels of some tiles, between the planes of a group and a slice of
 * transformed values in either of two orders: a tile's channels one after the other, or in blocks of two vectors, as
 * the products leave them.
 *
 * @param w the sizes
 */
record TileTransforms(Winograd w) {
    private static final int BLOCK = PackedWeights.BLOCK;
    private static final int L = Lanes.COUNT;
    /** Values of a tile and channel after {@link #outputs}: 2×2 of each slice. */
    private static final int RESULTS = 16;

    /** Returns the floats that {@link #outputs} stores for that many tiles. */
    long results(int tiles) {
        return Lanes.ALIGNED_START + (long) RESULTS * tiles * w.paddedOutputs;
    }

    private int result(int tile, int channel) {
        return Lanes.ALIGNED_START + (tile * w.paddedOutputs + channel) * RESULTS;
    }

    /**
     * Transforms a slice of products back within its plane, for {@link #outputsAcross}.
     *
     * @param tile the number of tiles of {@code results} before the first
     * @param m the first tile's first block of channels of position q at {@code from + q·step}, the next tile one block
     *     further on, the next block {@code blockStep}
     */
    void outputs(Slice slice, int tile, int count, float[] m, int from, int blockStep, int step, float[] results) {
        for (int channel = 0; channel < w.paddedOutputs; channel += L) {
            int first = from + channel / BLOCK * blockStep + channel % BLOCK;
            for (int i = 0; i < count; i++) {
                int to = result(tile + i, channel) + slice.index() * 4 * L;
                WinogradTransforms.output(m, first + i * BLOCK, step, results, to);
            }
        }
    }

    /**
     * Transforms what all slices have left in {@code results} to output planes; adds the biases.
     *
     * @param firstTile the first of these tiles in its group
     */
    void outputsAcross(int firstTile, int count, float[] results, float[] biases, float[] planes) {
        for (int channel = 0; channel < w.paddedOutputs; channel += L) {
            for (int tile = 0; tile < count; tile++) {
                WinogradTransforms.outputAcross(
                        results,
                        result(tile, channel),
                        biases,
                        channel,
                        planes,
                        w.outputOffset(firstTile + tile) + channel,
                        w.paddedOutputs,
                        w.outputRow(),
                        w.outputPlane());
            }
        }
    }

    /**
     * Transforms output gradients to a slice: planes → {@code m[to + q·step + tile·row + channel]}, where {@code tile}
     * is 0 for {@code firstTile}.
     */
    void outputGradients(
            Slice slice,
            int firstTile,
            int count,
            float[] planes,
            float[] m,
            int to,
            int row,
            int step,
            float[] scratch) {
        int run;
        for (int i = 0; i < count; i += run) {
            run = w.run(firstTile + i, count - i);
            int from = w.outputOffset(firstTile + i);
            for (int channel = 0; channel < w.paddedOutputs; channel += L) {
                int at = to + i * row + channel;
                outputGradient(slice.index(), planes, from + channel, run, scratch, m, at, row, step);
            }
        }
    }

    private void outputGradient(
            int slice, float[] y, int y0, int tiles, float[] scratch, float[] m, int to, int tile, int step) {
        int voxel = w.paddedOutputs;
        int row = w.outputRow();
        int plane = w.outputPlane();
        switch (slice) {
            case 0 -> WinogradTransforms.outputGradient(y, y0, voxel, row, 1, tiles, scratch, m, to, tile, step);
            case 1 ->
                WinogradTransforms.outputGradients(y, y0, plane, voxel, row, 1, tiles, scratch, m, to, tile, step);
            case 2 ->
                WinogradTransforms.outputGradients(y, y0, plane, voxel, row, -1, tiles, scratch, m, to, tile, step);
            default ->
                WinogradTransforms.outputGradient(y, y0 + plane, voxel, row, -1, tiles, scratch, m, to, tile, step);
        }
    }

    /**
     * Transforms a slice of gradients of transformed inputs within its plane, and adds it to {@code planes}.
     *
     * @param v laid out as {@code m} in {@link #outputs}
     * @param planes a plane of the slab for each plane of tiles
     */
    void addInputGradients(
            int firstTile, int count, float[] v, int from, int blockStep, int step, float[] planes, float[] scratch) {
        int run;
        for (int i = 0; i < count; i += run) {
            int tile = firstTile + i;
            run = w.run(tile, count - i);
            int to = Lanes.ALIGNED_START + w.tileD(tile) * w.slabPlane() + w.slabOffset(tile);
            for (int channel = 0; channel < w.paddedInputs; channel += L) {
                WinogradTransforms.addInputGradients(
                        v,
                        from + channel / BLOCK * blockStep + channel % BLOCK + i * BLOCK,
                        BLOCK,
                        step,
                        run,
                        scratch,
                        planes,
                        to + channel,
                        w.paddedInputs,
                        w.slabRow());
            }
        }
    }
}
