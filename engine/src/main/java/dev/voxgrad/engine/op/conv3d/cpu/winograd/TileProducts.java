package dev.voxgrad.engine.op.conv3d.cpu.winograd;

import java.util.Arrays;

import dev.voxgrad.engine.op.conv3d.cpu.MicroKernels;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;

/** Computes the matrix products of {@link Winograd} for one of its 64 positions. */
final class TileProducts {
    /** Tiles of one call of the micro-kernel. */
    static final int STEP = 7;
    /** Channels summed up in one call: 128 × 2 vectors of 16 floats are 16 KiB of weights, in the first-level cache. */
    private static final int PIECE = 128;
    /** Tiles summed up in one call, for the same reason: two vectors of each are used for all input channels. */
    private static final int TILES = 126;

    private static final int BLOCK = PackedWeights.BLOCK;

    private TileProducts() {}

    /** Returns the number of tiles that are multiplied for {@code count}: a multiple of {@value #STEP}. */
    static int padded(int count) {
        return Math.ceilDiv(count, STEP) * STEP;
    }

    /**
     * Computes c[block, tile, :] = a[tile, :] · u[block, :, :].
     *
     * @param tiles the number of tiles; those up to a multiple of {@value #STEP} are set to zero, and multiplied
     * @param aRow floats from one tile to the next in {@code a}
     * @param channels the channels of {@code a}, over which the product sums
     * @param blockStep floats from one block to the next in {@code c}
     */
    static void multiply(
            float[] a,
            int a0,
            int aRow,
            int tiles,
            float[] u,
            int u0,
            int channels,
            int blocks,
            float[] c,
            int c0,
            int blockStep) {
        int full = padded(tiles);
        Arrays.fill(a, a0 + tiles * aRow, a0 + full * aRow, 0);
        for (int block = 0; block < blocks; block++) {
            int weights = u0 + block * channels * BLOCK;
            int to = c0 + block * blockStep;
            int first = Math.min(PIECE, channels);
            for (int tile = 0; tile < full; tile += STEP) {
                MicroKernels.products7(a, a0 + tile * aRow, aRow, u, weights, first, c, to + tile * BLOCK);
            }
            for (int k = first; k < channels; k += PIECE) {
                int length = Math.min(PIECE, channels - k);
                for (int tile = 0; tile < full; tile += STEP) {
                    MicroKernels.addProducts7(
                            a, a0 + tile * aRow + k, aRow, u, weights + k * BLOCK, length, c, to + tile * BLOCK);
                }
            }
        }
    }

    /**
     * Computes sums[block, i, :] += Σ over tiles of v[tile, i] · m[tile, block, :].
     *
     * @param vRow floats from one tile to the next in {@code v}
     * @param mRow the same in {@code m}
     * @param channels input channels i
     */
    static void addOuter(
            float[] v,
            int v0,
            int vRow,
            float[] m,
            int m0,
            int mRow,
            int tiles,
            int channels,
            int blocks,
            float[] sums,
            int sums0) {
        for (int tile = 0; tile < tiles; tile += TILES) {
            int count = Math.min(TILES, tiles - tile);
            for (int block = 0; block < blocks; block++) {
                int a = v0 + tile * vRow;
                int b = m0 + tile * mRow + block * BLOCK;
                int c = sums0 + block * channels * BLOCK;
                int i = 0;
                for (; i + 8 <= channels; i += 8) {
                    MicroKernels.addOuter8(v, a + i, 0, vRow, m, b, 0, mRow, 1, count, sums, c + i * BLOCK);
                }
                for (; i < channels; i++) {
                    MicroKernels.addOuter1(v, a + i, 0, vRow, m, b, 0, mRow, 1, count, sums, c + i * BLOCK);
                }
            }
        }
    }
}
