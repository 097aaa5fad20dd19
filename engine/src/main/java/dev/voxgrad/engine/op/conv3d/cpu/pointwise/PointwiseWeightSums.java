package dev.voxgrad.engine.op.conv3d.cpu.pointwise;

import java.util.Arrays;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.MicroKernels;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;

/**
 * Sums up the weight gradient dyᵀ·x, an outer product for each voxel, in one or several parts that different threads
 * may add to. Sums are laid out as tiles: [part][8 output channels][2 vectors of input channels].
 */
final class PointwiseWeightSums implements AutoCloseable {
    /** Number of output channels of a tile, which the micro-kernel takes. */
    static final int OUTPUTS = 8;

    private static final int BLOCK = PackedWeights.BLOCK;
    private static final int TILE = OUTPUTS * BLOCK;
    /** Number of voxels of one micro-kernel call: their two vectors of inputs take 16 KiB. */
    private static final int VOXELS = 128;

    /** Number of blocks of two vectors of input channels. */
    final int inputBlocks;
    /** Number of blocks of {@value #OUTPUTS} output channels. */
    final int outputBlocks;

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
        this.parts = parts;
        this.sums = device.borrow(Lanes.ALIGNED_START + (long) parts * size(g));
        device.parallel(parts * outputBlocks, row -> {
            int from = Lanes.ALIGNED_START + row * inputBlocks * TILE;
            Arrays.fill(sums, from, from + inputBlocks * TILE, 0);
        });
    }

    /** Returns the number of values of one part. */
    static long size(Conv3dGeometry g) {
        return (long) Math.ceilDiv(g.inputChannels(), BLOCK) * Math.ceilDiv(g.outputChannels(), OUTPUTS) * TILE;
    }

    private int tile(int part, int outputBlock, int inputBlock) {
        return Lanes.ALIGNED_START + ((part * outputBlocks + outputBlock) * inputBlocks + inputBlock) * TILE;
    }

    /**
     * Adds the products of some voxels to a part, for some blocks of channels.
     *
     * @param panel scratch memory of {@link #borrowPanel}
     */
    void add(
            int part,
            VoxelSource x,
            VoxelSource dy,
            int first,
            int count,
            int firstInputs,
            int endInputs,
            int firstOutputs,
            int endOutputs,
            float[] panel) {
        for (int v = first; v < first + count; v += VOXELS) {
            int voxels = Math.min(VOXELS, first + count - v);
            for (int i = firstInputs; i < endInputs; i++) {
                PointwiseKernels.packPanel(x.array, x.at(v) + i * BLOCK, x.step, voxels, panel, Lanes.ALIGNED_START);
                for (int o = firstOutputs; o < endOutputs; o++) {
                    MicroKernels.addOuter8(
                            dy.array,
                            dy.at(v) + o * OUTPUTS,
                            0,
                            dy.step,
                            panel,
                            Lanes.ALIGNED_START,
                            0,
                            BLOCK,
                            1,
                            voxels,
                            sums,
                            tile(part, o, i));
                }
            }
        }
    }

    /** Returns scratch memory for {@link #add}, to give back to the device. */
    float[] borrowPanel() {
        return device.borrow(Lanes.ALIGNED_START + VOXELS * BLOCK);
    }

    /** Adds up the parts in their order, and writes the row-major gradient (O,C). */
    void writeTo(float[] dw) {
        device.parallel(outputBlocks, block -> {
            int from = tile(0, block, 0);
            for (int part = 1; part < parts; part++) {
                PointwiseKernels.add(sums, tile(part, block, 0), sums, from, inputBlocks * TILE);
            }
            for (int o = block * OUTPUTS; o < Math.min(outputs, (block + 1) * OUTPUTS); o++) {
                for (int i = 0; i < inputBlocks; i++) {
                    int row = tile(0, block, i) + o % OUTPUTS * BLOCK;
                    int channel = i * BLOCK;
                    System.arraycopy(sums, row, dw, o * inputs + channel, Math.min(BLOCK, inputs - channel));
                }
            }
        });
    }

    /** Returns the borrowed memory. */
    @Override
    public void close() {
        device.giveBack(sums);
    }
}
