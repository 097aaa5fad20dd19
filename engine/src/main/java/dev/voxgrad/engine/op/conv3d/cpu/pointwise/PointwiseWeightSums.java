package dev.voxgrad.engine.op.conv3d.cpu.pointwise;

import java.util.Arrays;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.MicroKernels;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;

/**
 * Sums up the weight gradient dyᵀ·x, an outer product for each voxel, in one or several parts that different threads
 * may add to. Sums are laid out as tiles: [part][block of input channels][block of output channels][8 output
 * channels][2 vectors of input channels].
 */
final class PointwiseWeightSums implements AutoCloseable {
    /** Number of output channels of a tile, which the micro-kernel takes. */
    private static final int OUTPUTS = 8;

    private static final int BLOCK = PackedWeights.BLOCK;
    private static final int TILE = OUTPUTS * BLOCK;
    /** Number of output channels that are copied together, so that a cache line is read once. */
    private static final int GROUP = Math.max(BLOCK, OUTPUTS);
    /** Number of voxels of one micro-kernel call: their panels of input and output channels take 12 KiB each. */
    private static final int VOXELS = 96;
    /** Floats of a panel of input channels. */
    private static final int PANEL = VOXELS * BLOCK;

    /** Number of blocks of two vectors of input channels. */
    final int inputBlocks;
    /** Number of groups of output channels. */
    final int outputGroups;

    /** Number of blocks of {@value #OUTPUTS} output channels. */
    private final int outputBlocks;

    private final CpuDevice device;
    private final int inputs;
    private final int outputs;
    private final int parts;
    private final float[] sums;

    /** Creates sums of zero. */
    PointwiseWeightSums(CpuDevice device, Conv3dGeometry g, int parts) {
        this.device = device;
        this.inputs = g.inputChannels();
        this.outputs = g.outputChannels();
        this.inputBlocks = Math.ceilDiv(inputs, BLOCK);
        this.outputBlocks = Math.ceilDiv(outputs, OUTPUTS);
        this.outputGroups = Math.ceilDiv(outputs, GROUP);
        this.parts = parts;
        this.sums = device.borrow(Lanes.ALIGNED_START + (long) parts * size(g));
        device.parallel(parts * inputBlocks, row -> {
            int from = Lanes.ALIGNED_START + row * outputBlocks * TILE;
            Arrays.fill(sums, from, from + outputBlocks * TILE, 0);
        });
    }

    /** Returns floats for a voxel of that many input or output channels, whole blocks and groups of them. */
    static int padded(int channels) {
        return Math.ceilDiv(channels, GROUP) * GROUP;
    }

    /** Returns the number of values of one part. */
    static long size(Conv3dGeometry g) {
        return (long) Math.ceilDiv(g.inputChannels(), BLOCK) * Math.ceilDiv(g.outputChannels(), OUTPUTS) * TILE;
    }

    private int tile(int part, int inputBlock, int outputBlock) {
        return Lanes.ALIGNED_START + ((part * inputBlocks + inputBlock) * outputBlocks + outputBlock) * TILE;
    }

    /** Adds the products of some voxels to a part. */
    void add(int part, VoxelSource x, VoxelSource dy, int first, int count) {
        add(part, x, dy, first, count, 0, inputBlocks, 0, outputGroups);
    }

    /** Does the same for some blocks of input channels and groups of output channels. */
    void add(
            int part,
            VoxelSource x,
            VoxelSource dy,
            int first,
            int count,
            int firstInputs,
            int endInputs,
            int firstGroup,
            int endGroup) {
        float[] inputs = device.borrow(Lanes.ALIGNED_START + (endInputs - firstInputs) * PANEL);
        float[] gradients = device.borrow(Lanes.ALIGNED_START + VOXELS * GROUP);
        for (int v = first; v < first + count; v += VOXELS) {
            int voxels = Math.min(VOXELS, first + count - v);
            for (int i = firstInputs; i < endInputs; i++) {
                pack(x, v, voxels, i * BLOCK, BLOCK, inputs, Lanes.ALIGNED_START + (i - firstInputs) * PANEL);
            }
            for (int group = firstGroup; group < endGroup; group++) {
                pack(dy, v, voxels, group * GROUP, GROUP, gradients, Lanes.ALIGNED_START);
                for (int i = firstInputs; i < endInputs; i++) {
                    int panel = Lanes.ALIGNED_START + (i - firstInputs) * PANEL;
                    addGroup(part, inputs, panel, i, gradients, group, voxels);
                }
            }
        }
        device.giveBack(inputs);
        device.giveBack(gradients);
    }

    /** Copies {@code width} channels of some voxels, so that they follow one another. */
    private static void pack(VoxelSource from, int first, int voxels, int channel, int width, float[] panel, int to) {
        PointwiseKernels.packPanel(from.array, from.at(first) + channel, from.step, voxels, width, panel, to);
    }

    private void addGroup(
            int part, float[] inputs, int panel, int inputBlock, float[] gradients, int group, int voxels) {
        int end = Math.min(GROUP, outputBlocks * OUTPUTS - group * GROUP);
        for (int o = 0; o < end; o += OUTPUTS) {
            MicroKernels.addOuter8(
                    gradients,
                    Lanes.ALIGNED_START + o,
                    0,
                    GROUP,
                    inputs,
                    panel,
                    0,
                    BLOCK,
                    1,
                    voxels,
                    sums,
                    tile(part, inputBlock, (group * GROUP + o) / OUTPUTS));
        }
    }

    /** Adds up the parts in their order, and writes the row-major gradient (O,C). */
    void writeTo(float[] dw) {
        device.parallel(inputBlocks, block -> {
            int from = tile(0, block, 0);
            for (int part = 1; part < parts; part++) {
                PointwiseKernels.add(sums, tile(part, block, 0), sums, from, outputBlocks * TILE);
            }
            int channel = block * BLOCK;
            for (int o = 0; o < outputs; o++) {
                System.arraycopy(sums, from + o * BLOCK, dw, o * inputs + channel, Math.min(BLOCK, inputs - channel));
            }
        });
    }

    /** Returns the borrowed memory. */
    @Override
    public void close() {
        device.giveBack(sums);
    }
}
