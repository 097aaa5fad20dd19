package dev.voxgrad.engine.op.conv3d.cpu.winograd;

import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;

/**
 * Contains the sizes of {@link Winograd} in stages: it transforms all tiles of several samples, multiplies them
 * position by position, and transforms the products back. It is the form for deep layers, whose weights are larger than
 * their activations.
 *
 * <pre>
 *            tasks: groups of planes      tasks: 64 positions            tasks: samples
 *
 *   slabs ────────── Bᵀ ─────────→ V ────── V[p] · U[p] ─────→ M ─────────── Aᵀ ─────────→ planes
 * </pre>
 *
 * <p>Blockwise, every block of t tiles reads all weights, C·O floats for each position (the backward pass three times
 * as many: it reads them, and reads and writes their gradient). In stages, weights are read once for all tiles of a
 * stage, but C + O transformed values of each tile and position are written and read, partly from the last-level cache.
 * That counts as 1.5·(C + O), so stages {@linkplain #pay pay} where C·O > 1.5·(C + O)·t: measured, they gain at
 * C = O = 256 on 7³ voxels (1.8), and lose at 128 on 14³ (1.3). A position's weight gradient is summed up by a single
 * task, without copies of it for several threads.
 */
final class Stages {
    /** Maximum of floats in V and M together: 64 MiB. */
    private static final long FLOATS = 16 * 1024 * 1024;

    private static final int BLOCK = PackedWeights.BLOCK;
    private static final int L = Lanes.COUNT;

    final Winograd w;
    /** Number of samples that pass through the stages together. */
    final int samples;

    /** Number of their tiles, a multiple of the micro-kernel's 7. */
    final int tiles;
    /** Distance from one tile to the next in V; the surplus vector keeps tiles out of one another's cache sets. */
    final int inputRow;

    /** The same in dM. */
    final int outputRow;
    /** Distance from one position to the next in V. */
    final int inputStep;

    /** The same in M and dM. */
    final int outputStep;

    Stages(Winograd w) {
        this(w, FLOATS);
    }

    /** Computes the sizes for another maximum of floats in V and M; there is room for one sample in any case. */
    Stages(Winograd w, long floats) {
        this.w = w;
        this.inputRow = w.paddedInputs + L;
        this.outputRow = w.paddedOutputs + L;
        int most = Math.clamp(floats / floats(w, w.tiles.product()), 1, w.batch);
        this.samples = Math.ceilDiv(w.batch, Math.ceilDiv(w.batch, most));
        this.tiles = TileProducts.padded(samples * w.tiles.product());
        this.inputStep = tiles * inputRow + L;
        this.outputStep = tiles * outputRow + L;
    }

    /** Returns whether this form is faster, and one sample fits into its memory. */
    static boolean pay(Winograd w) {
        long weights = (long) w.paddedInputs * w.paddedOutputs;
        return 2 * weights > 3L * (w.paddedInputs + w.paddedOutputs) * w.tilesPerBlock
                && floats(w, w.tiles.product()) <= FLOATS;
    }

    /** Returns the floats in V and M for that many tiles. */
    private static long floats(Winograd w, int tiles) {
        return 64L * TileProducts.padded(tiles) * (w.paddedInputs + w.paddedOutputs + 2 * L);
    }

    /**
     * Returns the number of the batch's tiles, with those of each stage padded to a multiple of the micro-kernel's 7.
     */
    long multipliedTiles() {
        int rest = w.batch % samples;
        return (long) (w.batch / samples) * tiles + TileProducts.padded(rest * w.tiles.product());
    }

    /** Returns the first tile of a group of a sample, both counted from the first sample of the stage. */
    int firstTile(int sample, int group) {
        return sample * w.tiles.product() + group * w.tiles(0);
    }

    /** Returns the distance from one block of channels to the next in M and dV. */
    int blockStep() {
        return tiles * BLOCK;
    }

    /** Returns where position {@code p} of V starts. */
    int input(int p) {
        return Lanes.ALIGNED_START + p * inputStep;
    }

    /** Returns where position {@code p} of M or dM starts. */
    int output(int p) {
        return Lanes.ALIGNED_START + p * outputStep;
    }
}
