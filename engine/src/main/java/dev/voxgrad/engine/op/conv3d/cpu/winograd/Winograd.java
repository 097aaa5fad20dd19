package dev.voxgrad.engine.op.conv3d.cpu.winograd;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneLayout;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneWriter;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;

/**
 * Defines convolution with 3×3×3 kernels by Winograd's minimal filtering F(2×2×2, 3×3×3): 64 products for 8 outputs
 * instead of 216. This class contains the sizes; {@link WinogradForward} and {@link WinogradBackward} do the work, and
 * for deep layers {@link Stages}.
 *
 * <pre>
 * y  = Aᵀ [ U ⊙ V ]        U = G g,  V = Bᵀ d      d: 4×4×4 inputs, g: 3×3×3 weights, y: 2×2×2 outputs,
 * dg = Gᵀ [ dM ⊙ V ]       dM = A dy               each matrix applied along every axis
 * dd = B  [ U ⊙ dM ]                               added up where tiles overlap
 * </pre>
 *
 * <p>⊙ is, for each of the 64 positions, a matrix product over channels. Tiles are processed in planes: the input
 * planes under one plane of tiles are copied into a slab with their zero padding, and then, for one {@link Slice} of
 * the positions after the other, blocks of some thirty tiles are transformed, multiplied and transformed back while
 * they are in the second-level cache. After the fourth slice, two output planes are ready. The transformed activations,
 * eight times the size of the activations, are not written to memory. What is done to a voxel on its way in
 * ({@link VoxelReader}) or out ({@link PlaneWriter}) costs no pass over memory of its own.
 *
 * <p>In the plane (h, w), and likewise along d: a tile of 4×4 inputs gives 2×2 outputs. Tiles start every 2 voxels, so
 * neighbours share 2 columns or rows, and a slab for T tiles is 2·T + 2 voxels wide.
 *
 * <pre>
 *   input slab (padding ░ included)              output planes
 *
 *   ░ ░ ░ ░ ░ ░ ░ ░
 *   ░ x x x x x x ░      tile 0: columns 0–3     y y│y y│y y
 *   ░ x x x x x x ░      tile 1: columns 2–5     y y│y y│y y
 *   ░ x x x x x x ░      tile 2: columns 4–7     ───┼───┼───
 *   ░ x x x x x x ░                              y y│y y│y y
 *   ░ ░ ░ ░ ░ ░ ░ ░      tiles 3–5: rows 2–5     y y│y y│y y
 *   └─ 0 ─┘
 *       └─ 1 ─┘
 *           └─ 2 ─┘
 *
 *   4×4×4 inputs ──Bᵀ──→ V ─┐
 *                           ⊙──→ M ──Aᵀ──→ 2×2×2 outputs     (64 positions each for V, U and M)
 *   3×3×3 weights ──G──→ U ─┘
 * </pre>
 *
 * <p>Sources: Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016 (the matrices); Jia,
 * Zlateski, Durand and Li, "Optimizing N-dimensional, Winograd-based convolution for manycore CPUs", PPoPP 2018;
 * Gelashvili, Shavit and Zlateski, "L3 fusion", arXiv 1912.02165 (blocks of tiles in cache). The sums have fewer terms
 * than those of direct convolution, and the results keep within the same error bound.
 */
public final class Winograd {
    /** Approximate maximum of tiles in one block, a multiple of the micro-kernel's 7. */
    private static final int TILES = 28;
    /**
     * The same for more than {@link #WIDE} channels: weights are then larger than tiles, and should be used for more of
     * them.
     */
    private static final int TILES_OF_WIDE = 70;

    private static final int WIDE = 32;
    /**
     * Approximate maximum of tiles that pass through the slices together, so that the second-level cache keeps what the
     * slices of large volumes share: their inputs, and what they leave of outputs.
     */
    private static final int TILES_TOGETHER = 224;
    /** Planes of tiles are processed together until they have this many tiles. */
    private static final int ENOUGH_TILES = 64;

    private static final int BLOCK = PackedWeights.BLOCK;
    private static final int L = Lanes.COUNT;

    public final int batch;
    public final int inputs;
    final int outputs;
    public final Dims3 input;
    final Dims3 output;
    final Dims3 padding;
    /** Number of tiles along each axis. */
    public final Dims3 tiles;
    /** Number of planes of tiles that are processed together. */
    final int group;

    public final int tilesPerBlock;
    /** Number of tiles that pass through the four slices together: some blocks. */
    final int tilesTogether;
    /** Input channels, padded to whole vectors: the distance between voxels of the slab. */
    public final int paddedInputs;
    /** Number of blocks of two vectors of output channels. */
    final int outputBlocks;
    /** Output channels, padded to whole blocks: the distance between voxels of output planes. */
    public final int paddedOutputs;
    /** Number of blocks of two vectors of input channels, for the input gradient. */
    public final int inputBlocks;

    /** Computes the sizes for a convolution. */
    public Winograd(Conv3dGeometry g) {
        this.batch = g.batch();
        this.inputs = g.inputChannels();
        this.outputs = g.outputChannels();
        this.input = g.input();
        this.output = g.output();
        this.padding = g.padding();
        this.tiles = new Dims3(Math.ceilDiv(output.d(), 2), Math.ceilDiv(output.h(), 2), Math.ceilDiv(output.w(), 2));
        int plane = tiles.h() * tiles.w();
        int wanted = Math.min(tiles.d(), Math.ceilDiv(ENOUGH_TILES, plane));
        this.group = Math.ceilDiv(tiles.d(), Math.ceilDiv(tiles.d(), wanted));
        int most = Math.max(inputs, outputs) > WIDE ? TILES_OF_WIDE : TILES;
        this.tilesPerBlock = Math.ceilDiv(Math.ceilDiv(group * plane, Math.ceilDiv(group * plane, most)), 7) * 7;
        this.tilesTogether = Math.max(1, TILES_TOGETHER / tilesPerBlock) * tilesPerBlock;
        this.paddedInputs = Math.ceilDiv(inputs, L) * L;
        this.outputBlocks = Math.ceilDiv(outputs, BLOCK);
        this.paddedOutputs = outputBlocks * BLOCK;
        this.inputBlocks = Math.ceilDiv(inputs, BLOCK);
    }

    /** Returns the number of groups of planes of tiles in one sample. */
    public int groups() {
        return Math.ceilDiv(tiles.d(), group);
    }

    /** Returns the number of planes of tiles in group {@code index}. */
    public int planes(int index) {
        return Math.min(group, tiles.d() - index * group);
    }

    /** Returns whether many tiles are processed in {@link Stages}, not block by block. */
    public boolean staged() {
        return Stages.pay(this);
    }

    /** Returns the number of the batch's tiles that {@link Stages} multiply, with those of each padded to sevens. */
    public long stagedTiles() {
        return new Stages(this).multipliedTiles();
    }

    /** Returns the number of input planes under a whole group. */
    int slabPlanes() {
        return 2 * group + 2;
    }

    int slabRow() {
        return (2 * tiles.w() + 2) * paddedInputs;
    }

    int slabPlane() {
        return (2 * tiles.h() + 2) * slabRow();
    }

    /** Returns where in a plane of the slab the input of a group's {@code tile}-th tile starts. */
    int slabOffset(int tile) {
        return tileH(tile) * 2 * slabRow() + tileW(tile) * 2 * paddedInputs;
    }

    int outputRow() {
        return 2 * tiles.w() * paddedOutputs;
    }

    int outputPlane() {
        return 2 * tiles.h() * outputRow();
    }

    /** Returns the layout of a group's output planes in a scratch array. */
    public PlaneLayout outputLayout() {
        return new PlaneLayout(outputs, output, paddedOutputs, outputRow(), outputPlane());
    }

    /** Returns where in the output planes of a group the results of its {@code tile}-th tile start. */
    int outputOffset(int tile) {
        return Lanes.ALIGNED_START
                + tileD(tile) * 2 * outputPlane()
                + tileH(tile) * 2 * outputRow()
                + tileW(tile) * 2 * paddedOutputs;
    }

    /**
     * Returns the distance between positions of transformed inputs: room for whole blocks of channels, and one vector
     * more. A transform writes the same channels of a slice's 16 positions one after the other; if their distance were
     * a multiple of a large power of two, they would evict one another from the few cache sets that they share.
     */
    int inputStep() {
        return tilesPerBlock * inputBlocks * BLOCK + L;
    }

    /** Returns the distance between positions of transformed outputs. */
    int outputStep() {
        return tilesPerBlock * paddedOutputs + L;
    }

    /** Returns the distance between positions of transformed weights, and of their gradient. */
    int weightStep() {
        return outputBlocks * paddedInputs * BLOCK + L;
    }

    /** Returns the distance between positions of the weights of the input gradient. */
    int gradInputWeightStep() {
        return inputBlocks * paddedOutputs * BLOCK + L;
    }

    /** Returns the number of tiles of a group. */
    int tiles(int index) {
        return planes(index) * tiles.h() * tiles.w();
    }

    /** Returns the plane of tiles, within its group, of the {@code tile}-th tile. */
    int tileD(int tile) {
        return tile / (tiles.h() * tiles.w());
    }

    /** Returns how many tiles, at most {@code count}, are next to each other in a row from the {@code tile}-th on. */
    int run(int tile, int count) {
        return Math.min(tiles.w() - tileW(tile), count);
    }

    /** Returns the floats of scratch that transforms of such tiles need. */
    int scratch() {
        return WinogradTransforms.scratch(tiles.w());
    }

    private int tileH(int tile) {
        return tile / tiles.w() % tiles.h();
    }

    private int tileW(int tile) {
        return tile % tiles.w();
    }
}
