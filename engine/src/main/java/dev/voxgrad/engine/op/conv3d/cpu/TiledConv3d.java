package dev.voxgrad.engine.op.conv3d.cpu;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dAlgorithm;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.direct.TiledDirectConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.few.TiledFewChannelsConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.winograd.TiledWinogradConv3d;

/**
 * A convolution on the CPU whose input, output and gradients pass through the hands of the caller, a few rows or planes
 * at a time, while they are in cache: what a fused operation is made of. The algorithm is the
 * device's choice, as for the operation by itself.
 */
public interface TiledConv3d {
    static TiledConv3d of(CpuDevice device, Conv3dGeometry g) {
        return switch (Conv3dAlgorithm.of(device.convolution(), g)) {
            case DIRECT -> new TiledDirectConv3d(device, g);
            case FEW_CHANNELS -> new TiledFewChannelsConv3d(device, g);
            case WINOGRAD -> new TiledWinogradConv3d(device, g);
        };
    }

    /** Floats that a voxel takes where a {@link VoxelReader} writes it and an {@link InputGradientWriter} finds it. */
    int inputVoxel();

    /** How output planes and their gradients lie where they are handed over. */
    PlaneLayout outputLayout();

    /** Tasks that call the writer of {@link #forward} are numbered from 0 to this, exclusively. */
    int forwardTasks();

    /** Tasks that call the writer of {@link #backward} are numbered from 0 to this, exclusively. */
    int backwardTasks();

    /**
     * The forward pass.
     *
     * @param weight row-major (O,C/groups,KD,KH,KW)
     * @param factors multiplies the weights of each output channel; null for none
     * @param bias (O), or null for none
     */
    void forward(VoxelReader x, float[] weight, float[] factors, float[] bias, PlaneWriter y);

    /**
     * The gradients.
     *
     * @param dw result (O,C/groups,KD,KH,KW), overwritten
     * @param dx takes the input gradient; null if nobody asks
     */
    void backward(VoxelReader x, PlaneReader dy, float[] weight, float[] dw, InputGradientWriter dx);
}
