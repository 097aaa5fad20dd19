package dev.voxgrad.engine.op.conv3d.cpu.winograd;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneLayout;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneWriter;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;

/**
 * Convolution with 3×3×3 kernels by Winograd's minimal filtering F(2×2×2, 3×3×3): 64 products for 8 outputs in place of
 * 216. This class holds the sizes; {@link WinogradForward} and {@link WinogradBackward} do the work.
 *
 * <pre>
 * y  = Aᵀ [ U ⊙ V ]        U = G g,  V = Bᵀ d      d: 4×4×4 inputs, g: 3×3×3 weights, y: 2×2×2 outputs,
 * dg = Gᵀ [ dM ⊙ V ]       dM = A dy               each matrix applied along every axis
 * dd = B  [ U ⊙ dM ]                               added up where tiles overlap
 * </pre>
 *
 * <p>⊙ is, for each of the 64 positions, a matrix product over channels. Tiles are taken in planes: the input planes
 * under one plane of tiles are copied into a slab with their zero padding, blocks of some thirty tiles are transformed,
 * multiplied and transformed back while they lie in the second-level cache, and two output planes are ready. The
 * transformed activations, eight times the size of the activations, are never written to memory. What is done to a
 * voxel on its way in ({@link VoxelReader}) or out ({@link PlaneWriter}) costs no pass over memory of its own.
 *
 * <p>Sources: Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016 (the matrices); Jia,
 * Zlateski, Durand and Li, "Optimizing N-dimensional, Winograd-based convolution for manycore CPUs", PPoPP 2018;
 * Gelashvili, Shavit and Zlateski, "L3 fusion", arXiv 1912.02165 (blocks of tiles in cache). The sums have fewer terms
 * than those of direct convolution, and the results keep within the same error bound.
 */
public final class Winograd {
    /** Tiles of one block at most, about. A multiple of the micro-kernel's 7. */
    private static final int TILES = 28;
    /** The same for more than {@link #WIDE} channels, where the weights outweigh the tiles and must serve more. */
    private static final int TILES_OF_WIDE = 70;

    private static final int WIDE = 32;
    /** Planes of tiles are taken together until they have as many tiles as this. */
    private static final int ENOUGH_TILES = 64;

    private static final int BLOCK = PackedWeights.BLOCK;
    private static final int L = Lanes.COUNT;

    public final int batch;
    public final int inputs;
    final int outputs;
    public final Dims3 input;
    final Dims3 output;
    final Dims3 padding;
    /** Numbers of tiles along each axis. */
    public final Dims3 tiles;
    /** Planes of tiles that are worked on together. */
    final int group;

    public final int tilesPerBlock;
    /** Channels in, filled up to whole vectors: the distance between voxels of the slab. */
    public final int paddedInputs;
    /** Blocks of two vectors of channels out. */
    final int outputBlocks;
    /** Distance between voxels of output planes. */
    public final int paddedOutputs;
    /** Blocks of two vectors of channels in, for the input gradient. */
    public final int inputBlocks;

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
        this.paddedInputs = Math.ceilDiv(inputs, L) * L;
        this.outputBlocks = Math.ceilDiv(outputs, BLOCK);
        this.paddedOutputs = outputBlocks * BLOCK;
        this.inputBlocks = Math.ceilDiv(inputs, BLOCK);
    }

    /** Groups of planes of tiles in one sample. */
    public int groups() {
        return Math.ceilDiv(tiles.d(), group);
    }

    /** Planes of tiles in group {@code index}. */
    public int planes(int index) {
        return Math.min(group, tiles.d() - index * group);
    }

    /** Input planes under a whole group. */
    int slabPlanes() {
        return 2 * group + 2;
    }

    int slabRow() {
        return (2 * tiles.w() + 2) * paddedInputs;
    }

    int slabPlane() {
        return (2 * tiles.h() + 2) * slabRow();
    }

    /** Where in the slab the input of a group's {@code tile}-th tile begins. */
    int slabOffset(int tile) {
        return Lanes.ALIGNED_START
                + tileD(tile) * 2 * slabPlane()
                + tileH(tile) * 2 * slabRow()
                + tileW(tile) * 2 * paddedInputs;
    }

    int outputRow() {
        return 2 * tiles.w() * paddedOutputs;
    }

    int outputPlane() {
        return 2 * tiles.h() * outputRow();
    }

    /** How the output planes of a group lie in a scratch array. */
    public PlaneLayout outputLayout() {
        return new PlaneLayout(outputs, output, paddedOutputs, outputRow(), outputPlane());
    }

    /** Where in the output planes of a group the results of its {@code tile}-th tile begin. */
    int outputOffset(int tile) {
        return Lanes.ALIGNED_START
                + tileD(tile) * 2 * outputPlane()
                + tileH(tile) * 2 * outputRow()
                + tileW(tile) * 2 * paddedOutputs;
    }

    /** Distance between positions of transformed inputs: room for whole blocks of channels. */
    int inputStep() {
        return tilesPerBlock * inputBlocks * BLOCK;
    }

    /** Distance between positions of transformed outputs. */
    int outputStep() {
        return tilesPerBlock * paddedOutputs;
    }

    private int tileD(int tile) {
        return tile / (tiles.h() * tiles.w());
    }

    private int tileH(int tile) {
        return tile / tiles.w() % tiles.h();
    }

    private int tileW(int tile) {
        return tile % tiles.w();
    }
}
